import type { EvidenceBand, EvidenceSeries, Repetition } from '../evidence';
import { seconds } from './_format';
import { html, type Html } from './_html';
import { momentsOf, type Moment, type Span } from './_scene';

const WIDTH = 1000;
const LEFT = 150;
const RIGHT = 12;
const ROW = 20;
const GROUP_GAP = 12;
const LANE = 18;
const AXIS = 26;
const GROUPS = [
  ['write', 'writers'],
  ['read', 'readers'],
  ['probe', 'API probes'],
] as const;
/** Approximate width of a character of a label. */
const GLYPH = 6.6;

interface Placed extends Moment {
  readonly x: number;
  readonly lane: number;
  readonly text: string;
  readonly flip: boolean;
}

/**
 * One picture of what each client saw between two moments. `id` must be unique on the page. The outcomes differ in
 * brightness and in pattern, not in hue alone: they must survive a black and white printer.
 */
export function timelinePicture(repetition: Repetition, span: Span, id: string): Html {
  const zero = momentsOf(repetition).find((m) => m.name === 'trigger')?.at ?? span.from;
  const x = (at: number): number =>
    LEFT + ((Math.min(Math.max(at, span.from), span.to) - span.from) / (span.to - span.from)) * (WIDTH - LEFT - RIGHT);
  const moments = place(momentsOf(repetition).filter(({ at }) => at >= span.from && at <= span.to), zero, x); // prettier-ignore
  const top = 8 + LANE * Math.max(1, ...moments.map((m) => m.lane + 1));
  const rows: Html[] = [];
  let y = top + 6;
  for (const [kind, title] of GROUPS) {
    const series = repetition.series.filter((s) => s.kind === kind);
    if (series.length === 0) {
      continue;
    }
    rows.push(html`<text x="0" y="${y + 9}" class="group">${title}</text>`);
    y += 16;
    for (const one of series) {
      rows.push(row(one, span, x, y, id));
      y += ROW;
    }
    y += GROUP_GAP;
  }
  const bottom = y - GROUP_GAP + 4;
  return html`<svg
    class="timeline"
    viewBox="0 0 ${WIDTH} ${bottom + AXIS}"
    role="img"
    aria-label="what each client saw from ${relative(span.from, zero)} to ${relative(span.to, zero)}"
  >
    <defs>
      <pattern id="${id}-failed" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
        <rect width="6" height="6" class="failed" />
        <rect width="2" height="6" class="stripe" />
      </pattern>
      <pattern id="${id}-unknown" width="5" height="5" patternUnits="userSpaceOnUse">
        <rect width="5" height="5" class="unknown" />
        <circle cx="2.5" cy="2.5" r="1.2" class="dot" />
      </pattern>
    </defs>
    ${axis(span, zero, x, top, bottom)} ${rows} ${moments.map((m) => line(m, bottom))} ${moments.map(label)}
  </svg>`;
}

/** What the colours mean, once a page. */
export function legend(): Html {
  const sample = (fill: Html, text: string): Html =>
    html`<span class="key"
      ><svg width="26" height="13" viewBox="0 0 26 13" aria-hidden="true">${fill}</svg>${text}</span
    >`;
  return html`<p class="legend">
    <svg width="0" height="0" aria-hidden="true">
      <defs>
        <pattern id="key-failed" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
          <rect width="6" height="6" class="failed" />
          <rect width="2" height="6" class="stripe" />
        </pattern>
        <pattern id="key-unknown" width="5" height="5" patternUnits="userSpaceOnUse">
          <rect width="5" height="5" class="unknown" />
          <circle cx="2.5" cy="2.5" r="1.2" class="dot" />
        </pattern>
      </defs>
    </svg>
    ${sample(html`<rect width="26" height="13" class="ok" />`, 'succeeded')}
    ${sample(html`<rect width="26" height="13" fill="url(#key-failed)" />`, 'failed or refused')}
    ${sample(html`<rect width="26" height="13" fill="url(#key-unknown)" />`, 'indeterminate: sent, outcome never told')}
    ${sample(html`<rect x="0.5" y="0.5" width="25" height="12" class="lane" />`, 'waiting for an answer')}
  </p>`;
}

function row(series: EvidenceSeries, span: Span, x: (at: number) => number, y: number, id: string): Html {
  const seen = series.bands.filter((b) => b.to >= span.from && b.from <= span.to);
  // What went wrong is drawn last and never thinner than an eye can see.
  const order = [...seen.filter((b) => b.outcome === 'ok'), ...seen.filter((b) => b.outcome !== 'ok')];
  const draw = (band: EvidenceBand): Html => {
    const width = Math.max(x(band.to) - x(band.from), band.outcome === 'ok' ? 0.5 : 2.5).toFixed(1);
    const size = html`x="${x(band.from).toFixed(1)}" y="${y}" width="${width}" height="${ROW - 6}"`;
    const title = html`<title>
      ${series.name}: ${band.count} ${band.outcome}, ${seconds((band.to - band.from) / 1000)}
    </title>`;
    return band.outcome === 'ok'
      ? html`<rect ${size} class="ok">${title}</rect>`
      : html`<rect ${size} fill="url(#${id}-${band.outcome === 'failed' ? 'failed' : 'unknown'})">${title}</rect>`;
  };
  const name = series.name.length > 22 ? `${series.name.slice(0, 21)}…` : series.name;
  return html`<text x="${LEFT - 8}" y="${y + 11}" class="name">${name}</text>
    <rect x="${LEFT}" y="${y}" width="${WIDTH - LEFT - RIGHT}" height="${ROW - 6}" class="lane" />
    ${order.map(draw)} `;
}

function axis(span: Span, zero: number, x: (at: number) => number, top: number, bottom: number): Html {
  const step = niceStep((span.to - span.from) / 8);
  const ticks: number[] = [];
  for (let at = zero + Math.ceil((span.from - zero) / step) * step; at <= span.to; at += step) {
    ticks.push(at);
  }
  return html`${ticks.map(
    (at) =>
      html`<line x1="${x(at).toFixed(1)}" x2="${x(at).toFixed(1)}" y1="${top}" y2="${bottom}" class="tick" />
        <text x="${x(at).toFixed(1)}" y="${bottom + 16}" class="time">${relative(at, zero)}</text> `,
  )}`;
}

function line({ x, lane }: Placed, bottom: number): Html {
  return html`<line x1="${x.toFixed(1)}" x2="${x.toFixed(1)}" y1="${3 + lane * LANE}" y2="${bottom}" class="moment" />`;
}

function label({ x, lane, text, flip }: Placed): Html {
  const y = 12 + lane * LANE;
  return html`<text x="${(flip ? x - 5 : x + 5).toFixed(1)}" y="${y}" class="${flip ? 'label flip' : 'label'}"
    >${text}</text
  >`;
}

/** Gives each label the highest lane where it covers no other label. */
function place(moments: readonly Moment[], zero: number, x: (at: number) => number): readonly Placed[] {
  const taken: { lane: number; from: number; to: number }[] = [];
  return moments.map((moment) => {
    const text = moment.name === 'trigger' ? 'trigger' : `${moment.name} ${relative(moment.at, zero)}`;
    const width = text.length * GLYPH + 10;
    const at = x(moment.at);
    const flip = at + width > WIDTH;
    const from = flip ? at - width : at;
    let lane = 0;
    while (taken.some((t) => t.lane === lane && from < t.to && from + width > t.from)) {
      lane++;
    }
    taken.push({ lane, from, to: from + width });
    return { ...moment, x: at, lane, text, flip };
  });
}

function relative(at: number, zero: number): string {
  const ms = at - zero;
  return ms === 0 ? '0' : `${ms < 0 ? '−' : '+'}${seconds(Math.abs(ms) / 1000)}`;
}

function niceStep(ms: number): number {
  const steps = [100, 200, 500, 1000, 2000, 5000, 10_000, 15_000, 30_000, 60_000, 120_000, 300_000, 600_000, 1_800_000];
  return steps.find((step) => step >= ms) ?? Math.ceil(ms / 3_600_000) * 3_600_000;
}
