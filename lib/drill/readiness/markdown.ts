import type { Evidence } from '../../evidence/evidence';
import { isStale } from '../../evidence/history';
import { wasNotMade } from './_look';

/** One page of Markdown about readiness, seen from one or several places side by side. The newest document of each counts. */
export function readinessMarkdown(evidences: readonly Evidence[], now: Date): string {
  const places = newestOfEach(evidences);
  const first = places[0];
  if (first === undefined) {
    return '# Readiness\n\nNobody has looked yet.\n';
  }
  const verdicts = places.map(
    (e) =>
      `- **${cell(e.mode)}: ${e.verdict}**${isStale(e, now) ? ', STALE' : ''}, ${minute(e.finishedAt)}, valid until ${minute(e.expiresAt)}. ${cell(e.reason)}`,
  );
  return `# Readiness of ${cell(first.platform)} for ${cell(first.service)}

${verdicts.join('\n')}

## Checks

${checks(places)}

## Found

${inventory(places)}

## Documents

${places.map((e) => `- ${cell(e.mode)}: run \`${e.runId}\`, \`${e.digest}\`, cluster \`${cell(e.clusterUid ?? 'unknown')}\``).join('\n')}
`;
}

function newestOfEach(evidences: readonly Evidence[]): readonly Evidence[] {
  const newest = new Map<string, Evidence>();
  for (const evidence of evidences.filter((e) => e.drill === 'readiness')) {
    const other = newest.get(evidence.mode);
    if (other === undefined || other.finishedAt < evidence.finishedAt) {
      newest.set(evidence.mode, evidence);
    }
  }
  return [...newest.values()].toSorted((a, b) => (a.mode < b.mode ? -1 : 1));
}

/** What is wrong comes first; each place says what it saw. */
function checks(places: readonly Evidence[]): string {
  const names = [...new Set(places.flatMap((e) => e.checks.map((c) => c.name)))];
  const of = (place: Evidence, name: string) => place.checks.find((c) => c.name === name);
  const wrong = (name: string): number => (places.some((e) => of(e, name)?.ok === false) ? 0 : 1);
  const rows = names
    .toSorted((a, b) => wrong(a) - wrong(b))
    .map((name) => {
      const expected = places.flatMap((e) => of(e, name)?.expected ?? [])[0] ?? '';
      const seen = places.map((e) => {
        const check = of(e, name);
        return check === undefined ? 'not asked' : `${check.ok ? 'ok' : wasNotMade(check) ? '**?**' : '**NO**'}: ${cell(check.observed)}`; // prettier-ignore
      });
      return [name, cell(expected), ...seen];
    });
  return table(['Check', 'Expected', ...places.map((e) => cell(e.mode))], rows);
}

function inventory(places: readonly Evidence[]): string {
  const subjects = [...new Set(places.flatMap((e) => e.inventory.map((r) => r.subject)))];
  const rows = subjects.map((subject) => {
    const seen = places.map((e) => {
      const facts = e.inventory.find((r) => r.subject === subject)?.facts;
      return facts === undefined ? 'not seen' : Object.entries(facts).map(([k, v]) => `${cell(k)}: ${cell(v)}`).join('<br>'); // prettier-ignore
    });
    return [cell(subject), ...seen.map((text, i) => (i > 0 && text === seen[0] && text !== 'not seen' ? 'the same' : text))]; // prettier-ignore
  });
  return rows.length === 0 ? 'Nothing could be read.' : table(['', ...places.map((e) => cell(e.mode))], rows);
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

/** Text from a cluster in a table: on one line, and neither markup nor the end of a cell. */
function cell(text: string): string {
  return text
    .replace(/\s+/g, ' ')
    .replace(/[\p{Cc}\p{Cf}\p{Surrogate}]/gu, '\ufffd')
    .replace(/[\\|`*_[\]<>&]/g, (character) => (character === '<' ? '&lt;' : character === '&' ? '&amp;' : `\\${character}`)); // prettier-ignore
}

function minute(iso: string): string {
  return `${iso.slice(0, 16).replace('T', ' ')} UTC`;
}
