import type { Evidence, EvidenceCheck, Repetition } from '../evidence';
import { isStale } from '../history';
import { count, outage, seconds, short, time } from './_format';
import { Html, html } from './_html';
import { measures } from './_measures';
import { closeSpan, momentsOf, wholeSpan } from './_scene';
import { timelinePicture } from './_timeline';

/** Everything that one document says, the most wanted first. `id` is unique on the page. */
export function runDetail(evidence: Evidence, id: string, now: Date): Html {
  const open = shown(evidence.repetitions);
  return html`${handover(evidence)} ${evidence.cleanup.ok ? '' : cleanup(evidence)} ${measures(evidence)}
  ${
    evidence.repetitions.length === 1
      ? html`<h3>What each client saw ${badge(evidence.repetitions[0]!.verdict)}</h3>
          ${repetition(evidence.repetitions[0]!, `${id}-1`)}`
      : evidence.repetitions.map((r, i) => folded(r, `${id}-${i + 1}`, `Repetition ${i + 1}`, open.has(r)))
  }
  ${checkTable(evidence.drill === 'failover' ? 'Before the trigger' : 'Before the check', evidence.preconditions)}
  ${checkTable(evidence.drill === 'failover' ? 'Checks of the whole run' : 'Checks', evidence.checks)}
  ${inventory(evidence)} ${evidence.cleanup.ok ? cleanup(evidence) : ''} ${provenance(evidence, now)}`;
}

/** Badge with a sign and a word. */
export function badge(verdict: Evidence['verdict']): Html {
  const sign = { passed: '✓', failed: '✗', aborted: '–' }[verdict];
  return html`<span class="badge ${verdict}">${sign} ${verdict}</span>`;
}

/** Those that failed, and else the one with the longest outage: nobody scrolls through ten good ones. */
function shown(repetitions: readonly Repetition[]): ReadonlySet<Repetition> {
  const failed = repetitions.filter((r) => r.verdict !== 'passed');
  const worst = repetitions.toSorted((a, b) => (b.writeOutageMs ?? 0) - (a.writeOutageMs ?? 0)).slice(0, 1);
  return new Set(failed.length > 0 ? failed : worst);
}

function folded(r: Repetition, id: string, title: string, open: boolean): Html {
  const outages = `writes ${outage(r.writeOutageMs)}, reads ${outage(r.readOutageMs)}, API ${outage(r.apiOutageMs)}`;
  return html`<details class="fold paper" ${new Html(open ? 'open' : '')}>
    <summary>
      <h3>${title} ${badge(r.verdict)} <span class="soft">${outages}</span></h3>
    </summary>
    ${repetition(r, id)}
  </details>`;
}

function repetition(r: Repetition, id: string): Html {
  const close = closeSpan(r);
  const whole = wholeSpan(r);
  const zero = momentsOf(r).find((m) => m.name === 'trigger')?.at ?? whole.from;
  const zoomed = close.from !== whole.from || close.to !== whole.to;
  const w = r.writes;
  const causes = Object.entries(w.indeterminateCauses).map(([cause, n]) => `${cause}: ${n}`);
  return html`<section class="repetition">
    <p>
      ${r.primaryBefore} (timeline ${r.timelineBefore}) → ${r.primaryAfter === '' ? 'no new primary' : r.primaryAfter}
      (timeline ${r.timelineAfter}). Writes ${outage(r.writeOutageMs)}, reads ${outage(r.readOutageMs)}, API
      ${outage(r.apiOutageMs)}; all instances back: ${outage(r.redundancyMs)}. ${count(w.acknowledged)} writes
      acknowledged, ${count(w.lost)} of them lost, ${count(w.duplicated)} present twice; ${count(w.refused)} refused,
      ${count(w.refusedPresent)} of them present; ${count(w.indeterminate)} indeterminate,
      ${count(w.indeterminatePresent)} of them present${causes.length === 0 ? '' : ` (${causes.join('; ')})`}.
    </p>
    ${r.lostWrites.length === 0 ? '' : html`<p class="alarm"><b>Lost writes</b> (writer:from-to): <code>${r.lostWrites.join(' ')}</code></p>`}
    <figure>
      <div class="wide">${timelinePicture(r, close, `${id}-close`)}</div>
      ${zoomed ? html`<figcaption>around the outage; seconds since the trigger</figcaption>` : html`<figcaption>seconds since the trigger</figcaption>`}
    </figure>
    ${
      zoomed
        ? html`<figure>
            <div class="wide">${timelinePicture(r, whole, `${id}-whole`)}</div>
            <figcaption>the whole repetition</figcaption>
          </figure>`
        : ''
    }
    <details class="paper">
      <summary>${r.marks.length} observations</summary>
      <table class="marks">
        <tbody>
          ${r.marks.map(
            (m) =>
              html`<tr>
                <td class="number">${((m.at - zero) / 1000).toFixed(2)} s</td>
                <td>${m.what}</td>
              </tr> `,
          )}
        </tbody>
      </table>
    </details>
    ${checkTable('Checks', r.checks)}
  </section>`;
}

function checkTable(title: string, checks: readonly EvidenceCheck[]): Html {
  if (checks.length === 0) {
    return html``;
  }
  const bad = checks.filter((c) => !c.ok);
  const order = [...bad, ...checks.filter((c) => c.ok)];
  return html`<h4>
      ${title}:
      ${bad.length === 0 ? `${checks.length} of ${checks.length} as expected` : `${bad.length} of ${checks.length} not as expected`}
    </h4>
    <table class="checks">
      <thead>
        <tr>
          <th></th>
          <th>Check</th>
          <th>Expected</th>
          <th>Observed</th>
        </tr>
      </thead>
      <tbody>
        ${order.map(
          (c) =>
            html`<tr class="${c.ok ? 'good' : 'bad'}">
              <td>${c.ok ? '✓' : '✗'}</td>
              <td>${c.name}</td>
              <td data-label="expected">${c.expected}</td>
              <td data-label="observed">${c.observed}</td>
            </tr> `,
        )}
      </tbody>
    </table>`;
}

function handover({ handover: notes }: Evidence): Html {
  return notes.length === 0
    ? html``
    : html`<section class="alarm">
        <h3>For whoever takes over</h3>
        <ul>
          ${notes.map((n) => html`<li><code>${n}</code></li>`)}
        </ul>
      </section>`;
}

function inventory({ inventory: rows }: Evidence): Html {
  return rows.length === 0
    ? html``
    : html`<h4>Found</h4>
        <table class="found">
          <tbody>
            ${rows.map(
              ({ subject, facts }) =>
                html`<tr>
                  <th scope="row">${subject}</th>
                  <td>
                    ${Object.entries(facts)
                      .map(([name, value]) => `${name}: ${value}`)
                      .join('; ')}
                  </td>
                </tr> `,
            )}
          </tbody>
        </table>`;
}

function cleanup({ cleanup: { ok, notes } }: Evidence): Html {
  return ok && notes.length === 0
    ? html`<p>Cleaned up: nothing was left behind.</p>`
    : html`<section class="${ok ? 'note' : 'alarm'}">
        <h4>${ok ? 'Cleaned up' : 'Not cleaned up'}</h4>
        <ul>
          ${notes.map((n) => html`<li>${n}</li>`)}
        </ul>
      </section>`;
}

function provenance(evidence: Evidence, now: Date): Html {
  const { versions } = evidence;
  const left = Date.parse(evidence.expiresAt) - now.getTime();
  const rows: readonly (readonly [string, string])[] = [
    ['run', `${evidence.runId}, ${evidence.mode}`],
    ['time', `${time(evidence.startedAt)} to ${time(evidence.finishedAt)}`],
    [
      'valid',
      isStale(evidence, now)
        ? `STALE since ${time(evidence.expiresAt)}`
        : `until ${time(evidence.expiresAt)}, ${seconds(left / 1000)} left`,
    ],
    ['manifests under test', evidence.manifestsDigest],
    ['program that ran', evidence.runnerDigest],
    ['this document', evidence.digest],
    ['document before', evidence.previousDigest === null ? 'none: the first of its chain' : evidence.previousDigest],
    ['cluster', evidence.clusterUid ?? 'unknown'],
    [
      'versions',
      `PostgreSQL ${versions.postgres ?? 'unknown'}, operator ${versions.operator ?? 'unknown'}, Kubernetes ${versions.kubernetes ?? 'unknown'}`,
    ],
    ...evidence.imageDigests.map((image) => ['image', image] as const),
  ];
  return html`<details class="paper">
    <summary>Digests and versions (document ${short(evidence.digest)})</summary>
    <table class="found">
      <tbody>
        ${rows.map(
          ([name, value]) =>
            html`<tr>
              <th scope="row">${name}</th>
              <td><code>${value}</code></td>
            </tr> `,
        )}
      </tbody>
    </table>
  </details>`;
}
