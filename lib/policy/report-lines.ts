import { printable } from '../_printable';
import { groupBy } from './_group';
import { type Skipped, type Suppressed, objectName } from './finding';

const MAX_RULES = 3;

/** `Service shop/web [private-service]: why it is right here`, one line. */
export function acceptedLine({ finding, reason }: Suppressed): string {
  return printable(`${objectName(finding.object)} [${finding.rule}]: ${reason}`);
}

/** What was not judged, one line a reason, the most frequent first: `5 checks: it compares with … [cel]`. */
export function skippedLines(skipped: readonly Skipped[]): readonly string[] {
  return [...groupBy(skipped, ({ reason }) => reason)]
    .toSorted(([, a], [, b]) => b.length - a.length)
    .map(([reason, group]) => {
      const rules = [...new Set(group.map(({ rule }) => rule))];
      const more = rules.length > MAX_RULES ? ` and ${rules.length - MAX_RULES} more` : '';
      const checks = group.length === 1 ? '1 check' : `${group.length} checks`;
      return printable(`${checks}: ${reason} [${rules.slice(0, MAX_RULES).join(', ')}${more}]`);
    });
}
