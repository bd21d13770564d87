import type { EvidenceCheck } from '../../evidence/evidence';
import { check } from './preconditions';
import type { Outages, RunRecord } from './record';
import type { Outage } from './series';

/** A health endpoint gets this long to notice an outage, beside its own interval. */
const HEALTH_NOTICE_MS = 1000;

/** A health endpoint that never fails while no write succeeds reports something else than health. */
export function healthChecks(record: RunRecord, outages: Outages): EvidenceCheck[] {
  const end = Math.max(...record.series.flatMap((s) => s.bands.map((b) => b.to)), 0);
  const writers = record.series.filter((s) => s.kind === 'write').map((s) => outages.get(s)!);
  // Only while every writer is down is it certain that the service was.
  const common = writers.reduce<readonly Outage[]>((a, b) => overlap(a, b, end), writers[0] ?? []);
  return record.series
    .filter((s) => s.health)
    .map((probe) => {
      const longest = common
        .map((o) => ({ from: o.from, to: o.to ?? end }))
        .sort((a, b) => b.to - b.from - (a.to - a.from))[0];
      const due = probe.slowMs + HEALTH_NOTICE_MS;
      const lied =
        longest !== undefined &&
        longest.to - longest.from > due &&
        !probe.bands.some((b) => b.outcome !== 'ok' && b.from < longest.to && b.to > longest.from) &&
        !outages.get(probe)!.some((o) => o.from < longest.to && (o.to ?? end) > longest.from);
      return check(
        'health-tells-the-truth',
        !lied,
        `${probe.name} fails while writes fail for more than ${due / 1000} s`,
        lied
          ? `said ok through ${((longest.to - longest.from) / 1000).toFixed(1)} s without a write`
          : 'told the truth',
      );
    });
}

function overlap(a: readonly Outage[], b: readonly Outage[], end: number): Outage[] {
  return a.flatMap((x) =>
    b
      .map((y) => ({ from: Math.max(x.from, y.from), to: Math.min(x.to ?? end, y.to ?? end) }))
      .filter((both) => both.from < both.to),
  );
}
