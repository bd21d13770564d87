import type { Evidence, Repetition, Spread } from '../evidence';
import { count, outage, seconds } from './_format';
import { html, type Html } from './_html';

const WIDTH = 1000;
const LEFT = 150;
const RIGHT = 20;
const ROW = 40;

/** Predicted against measured against objective: a picture to see it, a table to read it. */
export function measures(evidence: Evidence): Html {
  const { objective, prediction, repetitions } = evidence;
  if (objective === undefined || prediction === undefined) {
    return html``;
  }
  if (repetitions.length === 0) {
    return html`<h3>Measured</h3>
      <p>Nothing: no repetition began.</p>`;
  }
  const rows = [
    ['write outage', evidence.spread?.writeOutage ?? null, repetitions.map((r) => r.writeOutageMs)],
    ['read outage', evidence.spread?.readOutage ?? null, repetitions.map((r) => r.readOutageMs)],
    ['API outage', evidence.spread?.apiOutage ?? null, repetitions.map((r) => r.apiOutageMs)],
  ] as const;
  const lost = repetitions.map((r) => r.writes.lost);
  const window = repetitions.map((r) => r.lossWindowMs);
  const worst = (of: (r: Repetition) => number): string => seconds(Math.max(...repetitions.map(of)) / 1000);
  return html`<h3>Predicted, measured, objective</h3>
    <div class="wide">
      ${bars(
        rows.map(([name, , values]) => ({ name, values })),
        prediction,
        objective.rtoSeconds,
      )}
    </div>
    <div class="wide">
      <table class="measures">
        <thead>
          <tr>
            <th>Objective (${objective.failureClass})</th>
            <th></th>
            <th></th>
            <th>Measured: worst</th>
            <th>p95</th>
            <th>median</th>
            <th>Predicted</th>
          </tr>
        </thead>
        <tbody>
          ${rows.map(
            ([name, spread, values]) =>
              html`<tr>
                <th scope="row">${name}</th>
                <td>at most ${seconds(objective.rtoSeconds)}</td>
                <td>${met(values.every((v) => v !== null && v <= objective.rtoSeconds * 1000))}</td>
                ${spreadCells(spread, values)}
                <td>
                  ${name === 'write outage' ? `${seconds(prediction.typicalSeconds)} to ${seconds(prediction.worstSeconds)}` : '–'}
                </td>
              </tr> `,
          )}
          <tr>
            <th scope="row">acknowledged writes lost</th>
            <td>${objective.rpoSeconds === 0 ? 'none' : `only of the last ${seconds(objective.rpoSeconds)}`}</td>
            <td>${lossMet(repetitions, objective.rpoSeconds)}</td>
            <td colspan="3" class="text">${lossText(lost, window)}</td>
            <td>–</td>
          </tr>
        </tbody>
      </table>
    </div>
    <p class="note">
      ${predictionText(prediction.held)} An outage is a time in which no client succeeded, measured
      ${repetitions.length === 1 ? 'once' : `in ${repetitions.length} repetitions`}; its error is at most
      ${worst((r) => r.resolutionMs.write)} for writes, ${worst((r) => r.resolutionMs.read)} for reads and
      ${worst((r) => r.resolutionMs.api)} for the API.
    </p>`;
}

/** A word and a sign each, so that no colour is needed to read it. */
function met(good: boolean): Html {
  return good ? html`<b class="good">✓ met</b>` : html`<b class="bad">✗ missed</b>`;
}

/** What nobody could read afterwards is neither. */
function lossMet(repetitions: readonly Repetition[], rpoSeconds: number): Html {
  const known = repetitions.filter(({ lossWindowMs }) => lossWindowMs !== null);
  const missed = known.some(
    ({ lossWindowMs, checks }) =>
      lossWindowMs! > rpoSeconds * 1000 || checks.find((c) => c.name === 'acknowledged-writes-kept')?.ok !== true,
  );
  return missed || known.length === repetitions.length ? met(!missed) : html`<b class="bad">? not known</b>`;
}

function spreadCells(spread: Spread | null, values: readonly (number | null)[]): Html {
  return spread === null
    ? html`<td colspan="3" class="text">${values.map(outage).join(', ')}</td>`
    : html`<td><b>${outage(spread.worst)}</b></td>
        <td>${outage(spread.p95)}</td>
        <td>${outage(spread.median)}</td>`;
}

function lossText(lost: readonly (number | null)[], window: readonly (number | null)[]): string {
  if (lost.includes(null)) {
    const each = lost.length === 1 ? '' : ` (per repetition: ${lost.map(count).join(', ')})`;
    return `unknown: the database could not be read afterwards${each}`;
  }
  const total = lost.reduce<number>((sum, n) => sum + (n ?? 0), 0);
  const worst = Math.max(...window.map((ms) => ms ?? 0));
  return total === 0
    ? 'none'
    : worst === 0
      ? `${count(total)}, all acknowledged after the failure`
      : `${count(total)}, the oldest ${seconds(worst / 1000)} before the failure`;
}

function predictionText(held: boolean | null): string {
  return held === null
    ? 'Whether the prediction held is not known.'
    : held
      ? 'The prediction held: no write outage was longer than its worst case.'
      : 'The prediction did not hold: a write outage was longer than its worst case.';
}

function bars(
  rows: readonly { readonly name: string; readonly values: readonly (number | null)[] }[],
  prediction: NonNullable<Evidence['prediction']>,
  rto: number,
): Html {
  const known = rows.flatMap((r) => r.values).flatMap((ms) => (ms === null ? [] : [ms / 1000]));
  const end = Math.max(rto, prediction.worstSeconds, ...known) * 1.3;
  const x = (s: number): string => (LEFT + (Math.min(s, end) / end) * (WIDTH - LEFT - RIGHT)).toFixed(1);
  const bottom = 24 + rows.length * ROW;
  const bar = ({ name, values }: (typeof rows)[number], i: number): Html => {
    const y = 24 + i * ROW;
    const missing = values.includes(null);
    const worst = missing ? end : Math.max(...values.map((ms) => (ms ?? 0) / 1000));
    const late = worst > rto;
    return html`<text x="${LEFT - 8}" y="${y + 18}" class="name">${name}</text>
      ${name === 'write outage' ? html`<rect x="${x(prediction.typicalSeconds)}" y="${y}" width="${(Number(x(prediction.worstSeconds)) - Number(x(prediction.typicalSeconds))).toFixed(1)}" height="28" class="predicted" />` : ''}
      <rect
        x="${LEFT}"
        y="${y + 8}"
        width="${Math.max(Number(x(worst)) - LEFT, 2).toFixed(1)}"
        height="12"
        class="${late ? 'late' : 'measured'}"
      />
      ${values.map((ms) => (ms === null ? '' : html`<circle cx="${x(ms / 1000)}" cy="${y + 14}" r="3" class="sample" />`))}
      <text
        x="${missing ? WIDTH - RIGHT - 8 : Number(x(worst)) + 8}"
        y="${y + 18}"
        class="value${missing ? ' flip inside' : ''}"
        >${missing ? 'not back within the bound' : seconds(worst)}</text
      > `;
  };
  return html`<svg
    class="bars"
    viewBox="0 0 ${WIDTH} ${bottom + 26}"
    role="img"
    aria-label="measured outages beside prediction and objective"
  >
    <line x1="${LEFT}" x2="${LEFT}" y1="18" y2="${bottom}" class="tick" />
    ${rows.map(bar)}
    <line x1="${x(rto)}" x2="${x(rto)}" y1="16" y2="${bottom}" class="objective" />
    <text x="${x(rto)}" y="11" class="time">objective ${seconds(rto)}</text>
    <text x="${LEFT}" y="${bottom + 18}" class="foot">
      bar: worst of all repetitions; dots: each repetition; shaded: predicted ${seconds(prediction.typicalSeconds)}
      (typical) to ${seconds(prediction.worstSeconds)} (worst)
    </text>
  </svg>`;
}
