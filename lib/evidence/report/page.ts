import type { Evidence, Spread } from '../evidence';
import { isStale, type History, type SourcedEvidence } from '../history';
import { chainsOf, type Chain } from '../standing';
import { outage, short, time } from './_format';
import { html, type Html } from './_html';
import { badge, runDetail } from './_run';
import { STYLE } from './_style';
import { legend } from './_timeline';

/**
 * One HTML page about the evidence at hand: verdict first. It loads nothing and runs nothing, prints on paper, and is
 * the same bytes for the same documents and `now`. Everything that a document says is escaped.
 */
export function reportPage(history: History, now: Date): string {
  const rank = ({ newest }: Chain): number => STANDINGS.indexOf(standing(newest, now));
  const chains = chainsOf(history.documents).toSorted((a, b) => rank(a) - rank(b));
  const title = [...new Set(history.documents.map((d) => `${d.evidence.service} on ${d.evidence.platform}`))].join(
    ', ',
  );
  const heading = title === '' ? 'Drill report' : `Drill report: ${title}`;
  const page = html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>${heading}</title>
        <style>
          ${STYLE}
        </style>
      </head>
      <body>
        <header>
          <h1>${heading}</h1>
          <p class="soft">
            ${history.documents.length} ${history.documents.length === 1 ? 'document' : 'documents'} of evidence, as of
            ${time(now.toISOString())}
          </p>
        </header>
        ${problems(history)}
        ${history.documents.length === 0 ? html`<p>There is no evidence that holds: nothing is known of any drill.</p>` : ''}
        <div class="verdicts">${chains.map((c) => verdictCard(c, now))}</div>
        ${chains.map((c, i) => chainSection(c, `c${i + 1}`, now))}
      </body>
    </html> `;
  return page.markup;
}

/** What needs a person comes first. */
const STANDINGS = ['failed', 'aborted', 'doubtful', 'passed'] as const;

/** Green is for what can be relied on today. */
function standing(evidence: Evidence, now: Date): (typeof STANDINGS)[number] {
  const doubtful = evidence.verdict === 'passed' && (isStale(evidence, now) || !evidence.cleanup.ok);
  return doubtful ? 'doubtful' : evidence.verdict;
}

function problems({ problems: found }: History): Html {
  return found.length === 0
    ? html``
    : html`<section class="alarm">
        <h3>✗ Evidence that does not hold</h3>
        <p>What these say must not be relied on.</p>
        <ul>
          ${found.map((p) => html`<li><code>${p.source}</code> ${p.problem}</li>`)}
        </ul>
      </section>`;
}

function verdictCard({ title, documents }: Chain, now: Date): Html {
  const { evidence } = documents.at(-1)!;
  const left = evidence.cleanup.ok ? '' : html`<span class="badge stale">⚠ not cleaned up</span>`;
  return html`<section class="verdict ${standing(evidence, now)}">
    <p>${badge(evidence.verdict)} <b>${title}</b> ${stale(evidence, now)} ${left}</p>
    <p>${evidence.reason}</p>
    <p class="soft">
      run ${evidence.runId} (${evidence.mode}), finished ${time(evidence.finishedAt)}, manifests
      ${short(evidence.manifestsDigest)}; ${passedText(documents, evidence)}
    </p>
  </section>`;
}

/** The last success is what a decision leans on, where the newest run is none. */
function passedText(documents: readonly SourcedEvidence[], newest: Evidence): string {
  const passed = documents.filter((d) => d.evidence.verdict === 'passed');
  const total = `${passed.length} of ${documents.length} ${documents.length === 1 ? 'run' : 'runs'} passed`;
  const last = passed.at(-1);
  return newest.verdict === 'passed' || last === undefined
    ? total
    : `${total}, the last one ${time(last.evidence.finishedAt)}`;
}

function chainSection({ title, documents }: Chain, id: string, now: Date): Html {
  const [newest, ...older] = documents.toReversed();
  return html`<h2>${title}</h2>
    ${
      documents.length > 1
        ? html`<h3>History, newest first</h3>
            ${historyTable(documents, now)}`
        : ''
    }
    <h3>Newest run: ${newest!.evidence.runId} ${badge(newest!.evidence.verdict)}</h3>
    ${newest!.evidence.repetitions.length > 0 ? legend() : ''} ${runDetail(newest!.evidence, `${id}-r1`, now)}
    ${older.length > 0 ? html`<h3>Older runs</h3>` : ''}
    ${older.map(
      ({ evidence }, i) =>
        html`<details class="run">
          <summary>${badge(evidence.verdict)} ${time(evidence.startedAt)}, run ${evidence.runId}</summary>
          <p>${evidence.reason}</p>
          ${runDetail(evidence, `${id}-r${i + 2}`, now)}
        </details> `,
    )}`;
}

function historyTable(documents: readonly SourcedEvidence[], now: Date): Html {
  const drills = documents.some((d) => d.evidence.drill === 'failover');
  const outages = drills
    ? html`<th>Writes</th>
        <th>Reads</th>
        <th>API</th>
        <th>Lost</th>`
    : '';
  return html`<div class="wide">
    <table class="history">
      <thead>
        <tr>
          <th>Started</th>
          <th>Verdict</th>
          <th>Mode</th>
          ${outages}
          <th>Manifests</th>
        </tr>
      </thead>
      ${documents.toReversed().map((document) => historyRow(document, drills, now))}
    </table>
  </div>`;
}

function historyRow({ evidence, source }: SourcedEvidence, drills: boolean, now: Date): Html {
  const { spread, repetitions } = evidence;
  const worst = (of: Spread | null | undefined): string =>
    repetitions.length === 0 ? '–' : of === null || of === undefined ? 'not back' : outage(of.worst);
  const lost = repetitions.map((r) => r.writes.lost);
  const sum = lost.length === 0 ? '–' : lost.includes(null) ? 'unknown' : lost.reduce<number>((a, b) => a + (b ?? 0), 0); // prettier-ignore
  const outages = html`<td data-label="writes">${worst(spread?.writeOutage)}</td>
    <td data-label="reads">${worst(spread?.readOutage)}</td>
    <td data-label="API">${worst(spread?.apiOutage)}</td>
    <td data-label="lost">${sum}</td>`;
  return html`<tbody>
    <tr>
      <td>${time(evidence.startedAt)}</td>
      <td>${badge(evidence.verdict)} ${stale(evidence, now)}</td>
      <td data-label="mode">${evidence.mode}</td>
      ${drills ? outages : ''}
      <td data-label="manifests"><code>${short(evidence.manifestsDigest)}</code></td>
    </tr>
    <tr>
      <td colspan="${drills ? 8 : 4}" class="why">
        ${evidence.reason} <span class="soft">(document ${short(evidence.digest)}, ${source})</span>
      </td>
    </tr>
  </tbody>`;
}

function stale(evidence: Evidence, now: Date): Html {
  return isStale(evidence, now) ? html`<span class="badge stale">⚠ stale since ${evidence.expiresAt.slice(0, 10)}</span>` : html``; // prettier-ignore
}
