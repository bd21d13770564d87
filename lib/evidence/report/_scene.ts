import type { EvidenceMark, Repetition } from '../evidence';

/** A moment of a repetition that the picture names. Milliseconds since the start of the run. */
export interface Moment {
  readonly at: number;
  readonly name: string;
}

/** A stretch of a run. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

/**
 * The moments that tell the story: trigger, detection, promotion, recovery, redundancy. Those that a repetition never
 * reached are not there.
 */
export function momentsOf(repetition: Repetition): readonly Moment[] {
  const { marks } = repetition;
  const trigger =
    marks.find(({ what }) => what === 'the plug was pulled') ?? marks.find(({ what }) => what.startsWith('trigger: '));
  const after = (test: (what: string) => boolean): EvidenceMark | undefined =>
    trigger === undefined ? undefined : marks.find(({ at, what }) => at >= trigger.at && test(what));
  const found = [
    ['trigger', trigger],
    ['detected', after((what) => /^(target primary|phase): /.test(what))],
    ['promoted', after((what) => what.startsWith('current primary: '))],
    ['recovered', after((what) => what === 'clients served again')],
    ['all instances back', after((what) => what === 'all instances back')],
  ] as const;
  return found
    .flatMap(([name, mark]) => (mark === undefined ? [] : [{ name, at: mark.at }]))
    .toSorted((a, b) => a.at - b.at);
}

/** From the first to the last thing that the repetition recorded. */
export function wholeSpan({ series, marks }: Repetition): Span {
  const bands = series.flatMap((s) => s.bands);
  const from = [...bands.map((b) => b.from), ...marks.map((m) => m.at)].reduce((a, b) => Math.min(a, b), Infinity);
  const to = [...bands.map((b) => b.to), ...marks.map((m) => m.at)].reduce((a, b) => Math.max(a, b), -Infinity);
  return Number.isFinite(from) && to > from ? { from, to } : { from: 0, to: 1000 };
}

/** The part around the outage, where the whole is much longer; else the whole. */
export function closeSpan(repetition: Repetition): Span {
  const whole = wholeSpan(repetition);
  const moments = momentsOf(repetition);
  const trigger = moments.find((m) => m.name === 'trigger');
  const recovered = moments.find((m) => m.name === 'recovered');
  if (trigger === undefined || recovered === undefined) {
    return whole;
  }
  const margin = Math.max(500, (recovered.at - trigger.at) * 0.35);
  const close = { from: Math.max(whole.from, trigger.at - margin), to: Math.min(whole.to, recovered.at + margin) };
  return close.to - close.from < 0.7 * (whole.to - whole.from) ? close : whole;
}
