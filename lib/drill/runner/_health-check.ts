import type { EvidenceCheck } from '../../evidence/evidence';
import { check } from './preconditions';
import type { RunRecord } from './record';

/** A health endpoint that never fails while no write succeeds reports something else than health. */
export function healthChecks({ services, series, endedAt }: RunRecord): EvidenceCheck[] {
  const [longest] = services
    .filter((service) => service.kind === 'write')
    .flatMap((service) => service.outages)
    .map(({ from, to }) => ({ from, to: to ?? endedAt }))
    .sort((a, b) => b.to - b.from - (a.to - a.from));
  return services.flatMap(({ name, outages, noticeMs: due }) => {
    if (due === undefined) {
      return [];
    }
    const bands = series.find((one) => one.name === name)?.bands ?? [];
    const lied =
      longest !== undefined &&
      longest.to - longest.from > due &&
      !bands.some((b) => b.outcome !== 'ok' && b.from < longest.to && b.to > longest.from) &&
      !outages.some((o) => o.from < longest.to && (o.to ?? endedAt) > longest.from);
    return [
      check(
        'health-tells-the-truth',
        !lied,
        `${name} fails while writes fail for more than ${due / 1000} s`,
        lied
          ? `said ok through ${((longest.to - longest.from) / 1000).toFixed(1)} s without a write`
          : 'told the truth',
      ),
    ];
  });
}
