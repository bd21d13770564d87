import { Html } from './_html';

/** Okabe and Ito's green and vermilion, apart in brightness too; system fonts, because the page loads nothing. */
const LIGHT = `--ink:#1b1f24;--soft:#57606a;--line:#d0d7de;--paper:#fff;--ok:#7fcfb2;--failed:#b3320a;--stripe:#e9a58c;--unknown:#8b949e;--blue:#0a4f8a;--predicted:#dbe7f2;--predicted-line:#9db8d2;--good:#0d5f42;--good-paper:#e3f6ee;--bad-paper:#fdf0ec;--aborted-paper:#eef1f4;--warn:#b58100;--warn-paper:#fff3cd`;

/** The same order of brightness, so that what stands out on paper stands out at night. */
const DARK = `--ink:#e6e9ec;--soft:#9aa5b1;--line:#39424c;--paper:#15191e;--ok:#2c7d60;--failed:#f08a64;--stripe:#a3431f;--unknown:#7b8590;--blue:#6fb1ea;--predicted:#22394f;--predicted-line:#4a6a89;--good:#74d8b0;--good-paper:#11352a;--bad-paper:#3b2018;--aborted-paper:#272e36;--warn:#d9a520;--warn-paper:#453a12`;

const SCREEN = `
*{box-sizing:border-box}
html{color-scheme:light;print-color-adjust:exact;-webkit-print-color-adjust:exact}
body{margin:0 auto;padding:24px;max-width:1120px;background:var(--paper);color:var(--ink);font:15px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"DejaVu Sans",sans-serif;overflow-wrap:anywhere}
h1{font-size:26px;margin:0 0 4px}h2{font-size:21px;margin:40px 0 8px;padding-top:12px;border-top:2px solid var(--ink)}h3{font-size:17px;margin:26px 0 6px}h4{font-size:15px;margin:20px 0 4px}
p{margin:6px 0}code{font:13px/1.5 ui-monospace,"DejaVu Sans Mono",monospace}
.soft,figcaption,.note{color:var(--soft)}figcaption,.note{font-size:13px}h3 .soft{font-size:14px;font-weight:400}
.verdicts{display:grid;gap:12px;margin:18px 0}
.verdict{border:1px solid var(--line);border-left:10px solid var(--soft);padding:12px 16px;break-inside:avoid}
.verdict.passed{border-left-color:var(--good)}.verdict.failed{border-left-color:var(--failed)}.verdict.doubtful{border-left-color:var(--warn)}.verdict p:first-child{font-size:18px;margin-top:0}
.badge{display:inline-block;padding:1px 10px;margin-right:4px;border:2px solid;border-radius:4px;font-size:.85em;font-weight:700;white-space:nowrap}h3>.badge{margin-left:6px}
.badge.passed{color:var(--good);background:var(--good-paper)}.badge.failed{color:var(--paper);background:var(--failed);border-color:var(--failed)}.badge.aborted{color:var(--ink);background:var(--aborted-paper);border-style:dashed}
.badge.stale{color:var(--ink);background:var(--warn-paper);border-style:dotted}
.alarm{border:2px solid var(--failed);padding:8px 14px;margin:12px 0;break-inside:avoid}.alarm h3,.alarm h4{margin-top:0}.alarm ul{margin:4px 0;padding-left:22px}
table{border-collapse:collapse;width:100%;margin:6px 0;font-size:14px}th,td{text-align:left;vertical-align:top;padding:4px 14px 4px 0;border-bottom:1px solid var(--line)}
td,th{overflow-wrap:break-word}.checks td,.why,td code,table.marks td{overflow-wrap:anywhere}b.good,b.bad{white-space:nowrap}thead th{color:var(--soft);font-weight:600}tbody th{font-weight:600;white-space:nowrap}tr{break-inside:avoid}
tr.bad td{font-weight:600;background:var(--bad-paper)}tr.bad td:first-child,b.bad{color:var(--failed)}tr.good td:first-child,b.good{color:var(--good)}
.checks td:first-child{width:24px;padding-right:8px;text-align:center}.checks td:nth-child(2){width:26%}.checks td:nth-child(3){width:33%}
.measures td,.measures th{white-space:nowrap}.measures td.text{white-space:normal}
.number{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap;width:90px}
.history tbody{break-inside:avoid}.history tr:first-child td{border-bottom:0;padding-bottom:0;white-space:nowrap}.history .why{padding-top:0;font-size:13px}
figure{margin:10px 0;break-inside:avoid}.wide{overflow-x:auto}svg.timeline,svg.bars{display:block;width:100%;min-width:640px;height:auto}
svg text{font:12px system-ui,-apple-system,"Segoe UI",Roboto,"DejaVu Sans",sans-serif;fill:var(--ink)}
svg .name,svg .flip{text-anchor:end}svg .group{font-weight:700}svg .time{text-anchor:middle;font-size:11px}svg .foot{font-size:11px;fill:var(--soft)}
svg .label{font-weight:700;paint-order:stroke;stroke:var(--paper);stroke-width:4px}svg .value{font-weight:700}svg .inside{fill:var(--paper)}
.ok{fill:var(--ok)}.failed{fill:var(--failed)}.stripe{fill:var(--stripe)}.unknown{fill:var(--unknown)}.dot{fill:var(--paper)}.lane{fill:var(--paper);stroke:var(--line)}
.tick{stroke:var(--line)}.moment{stroke:var(--ink);stroke-width:1.5;stroke-dasharray:4 3}.objective{stroke:var(--ink);stroke-width:2.5}
.measured{fill:var(--blue)}.late{fill:var(--failed)}.predicted{fill:var(--predicted);stroke:var(--predicted-line)}.sample{fill:var(--paper);stroke:var(--ink)}
.legend{display:flex;flex-wrap:wrap;gap:4px 20px;font-size:13px}.legend>svg{position:absolute}.key{display:inline-flex;align-items:center;gap:6px}
details{margin:8px 0}summary{cursor:pointer;font-weight:600}summary h3{display:inline;margin:0}.fold{border-top:1px solid var(--line);padding-top:10px}.run>summary{padding:6px 0;border-top:1px solid var(--line)}`;

/** A table of four columns is no table on a telephone: each row becomes a block, and each cell says what it is. */
const NARROW = `
body{padding:14px}h1{font-size:22px}h2{font-size:18px}
.checks thead,.history thead{display:none}.checks tr{display:grid;grid-template-columns:26px 1fr;padding:4px 0;border-bottom:1px solid var(--line)}
.checks td,.checks td:nth-child(n){width:auto;border:0;padding:0 6px 0 0;overflow-wrap:break-word}.checks td:nth-child(n+3){grid-column:2}.checks td:nth-child(2){font-weight:600}
.found tr,.found th,.found td{display:block;border:0;padding:0;white-space:normal}.found tr{padding:6px 0;border-bottom:1px solid var(--line)}
.history tr{display:flex;flex-wrap:wrap;gap:0 14px}.history tr:first-child td{padding-right:0}.history tbody{display:block;border-bottom:1px solid var(--line);padding:6px 0}.history tbody td{border:0}
[data-label]::before{content:attr(data-label) " ";color:var(--soft);font-weight:400}`;

/** Paper is white, has no scroll bars, and shows what is folded away of the newest run. Older runs stay folded. */
const PAPER = `
body{padding:0;max-width:none;font-size:10.5pt}.wide{overflow:visible}svg.timeline,svg.bars{min-width:0}
details.paper::details-content{content-visibility:visible;block-size:auto}h2,h3,h4,summary,.repetition>p{break-after:avoid}.repetition>p{break-inside:avoid}.fold{break-before:auto}
table{font-size:9pt}th,td{padding-right:8px}.history tr:first-child td,.measures th,.measures td{white-space:normal}.history td,.measures td{overflow-wrap:normal}`;

/** The style of the page, for a screen by day and by night, a narrow window, and paper. */
export const STYLE = new Html(`
:root{${LIGHT}}${SCREEN}
@media screen and (prefers-color-scheme:dark){:root{${DARK}}html{color-scheme:dark}}
@media screen and (max-width:640px){${NARROW}}
@page{margin:14mm}
@media print{${PAPER}}
`);
