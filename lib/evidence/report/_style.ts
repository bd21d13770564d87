import { Html } from './_html';

/** Okabe and Ito's green and vermilion, apart in brightness too; system fonts, because the page loads nothing. */
export const STYLE = new Html(`
:root{--ink:#1b1f24;--soft:#57606a;--line:#d0d7de;--paper:#fff;--ok:#7fcfb2;--failed:#b3320a;--unknown:#8b949e;--blue:#0a4f8a}
*{box-sizing:border-box}
html{color-scheme:light;print-color-adjust:exact;-webkit-print-color-adjust:exact}
body{margin:0 auto;padding:24px;max-width:1120px;background:var(--paper);color:var(--ink);font:15px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"DejaVu Sans",sans-serif;overflow-wrap:anywhere}
h1{font-size:26px;margin:0 0 4px}h2{font-size:21px;margin:40px 0 8px;padding-top:12px;border-top:2px solid var(--ink)}h3{font-size:17px;margin:26px 0 6px}h4{font-size:15px;margin:20px 0 4px}
p{margin:6px 0}code{font:13px/1.5 ui-monospace,"DejaVu Sans Mono",monospace}
.soft,figcaption,.note{color:var(--soft)}figcaption,.note{font-size:13px}
.verdicts{display:grid;gap:12px;margin:18px 0}
.verdict{border:1px solid var(--line);border-left:10px solid var(--soft);padding:12px 16px;break-inside:avoid}
.verdict.passed{border-left-color:#1a7f5a}.verdict.failed{border-left-color:var(--failed)}.verdict p:first-child{font-size:18px;margin-top:0}
.badge{display:inline-block;padding:1px 10px;border:2px solid;border-radius:4px;font-size:.85em;font-weight:700;white-space:nowrap}
.badge.passed{color:#0d5f42;background:#e3f6ee}.badge.failed{color:#fff;background:var(--failed);border-color:var(--failed)}.badge.aborted{color:var(--ink);background:#eef1f4;border-style:dashed}
.badge.stale{color:var(--ink);background:#fff3cd;border-style:dotted}
.alarm{border:2px solid var(--failed);padding:8px 14px;margin:12px 0;break-inside:avoid}.alarm h3,.alarm h4{margin-top:0}
table{border-collapse:collapse;width:100%;margin:6px 0;font-size:14px}th,td{text-align:left;vertical-align:top;padding:4px 10px 4px 0;border-bottom:1px solid var(--line)}
td,th{overflow-wrap:break-word}.checks td,.why,td code,table.marks td{overflow-wrap:anywhere}b.good,b.bad{white-space:nowrap}thead th{color:var(--soft);font-weight:600}tbody th{font-weight:600;white-space:nowrap}tr{break-inside:avoid}
tr.bad td{font-weight:600;background:#fdf0ec}tr.bad td:first-child,b.bad{color:var(--failed)}tr.good td:first-child,b.good{color:#0d5f42}
.checks td:first-child{width:24px;text-align:center}.checks td:nth-child(2){width:26%}.checks td:nth-child(3){width:33%}
.number{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap;width:90px}
.history tbody{break-inside:avoid}.history tr:first-child td{border-bottom:0;padding-bottom:0;white-space:nowrap}.history .why{padding-top:0;font-size:13px}
figure{margin:10px 0;break-inside:avoid}.wide{overflow-x:auto}svg.timeline,svg.bars{display:block;width:100%;min-width:640px;height:auto}
svg text{font:12px system-ui,-apple-system,"Segoe UI",Roboto,"DejaVu Sans",sans-serif;fill:var(--ink)}
svg .name,svg .flip{text-anchor:end}svg .group{font-weight:700}svg .time{text-anchor:middle;font-size:11px}svg .foot{font-size:11px;fill:var(--soft)}
svg .label{font-weight:700;paint-order:stroke;stroke:#fff;stroke-width:4px}svg .value{font-weight:700}svg .inside{fill:#fff}
.ok{fill:var(--ok)}.failed{fill:var(--failed)}.stripe{fill:#e9a58c}.unknown{fill:var(--unknown)}.dot{fill:#fff}.lane{fill:#fff;stroke:var(--line)}
.tick{stroke:var(--line)}.moment{stroke:var(--ink);stroke-width:1.5;stroke-dasharray:4 3}.objective{stroke:var(--ink);stroke-width:2.5}
.measured{fill:var(--blue)}.late{fill:var(--failed)}.predicted{fill:#dbe7f2;stroke:#9db8d2}.sample{fill:#fff;stroke:var(--ink)}
.legend{display:flex;flex-wrap:wrap;gap:4px 20px;font-size:13px}.key{display:inline-flex;align-items:center;gap:6px}
details{margin:8px 0}summary{cursor:pointer;font-weight:600}.run>summary{padding:6px 0;border-top:1px solid var(--line)}
@page{margin:14mm}
@media print{body{padding:0;max-width:none;font-size:10.5pt}.wide{overflow:visible}svg.timeline,svg.bars{min-width:0}details::details-content{content-visibility:visible;block-size:auto}h2,h3,h4,summary{break-after:avoid}}
`);
