import { Duration } from 'cdk8s';
import { describe, expect, test } from 'vitest';
import { type Objectives, resolveObjectives } from '../../lib/platform/objectives';

const s = (seconds: number): Duration => Duration.seconds(seconds);

describe('objectives', () => {
  test('are given in seconds, and only those that were declared', () => {
    expect(
      resolveObjectives('here', {
        nodeLoss: { rpo: s(0), rto: Duration.minutes(2) },
        clusterLoss: { rpo: Duration.minutes(6), rto: Duration.minutes(30) },
      }),
    ).toEqual({ nodeLoss: { rpo: 0, rto: 120 }, clusterLoss: { rpo: 360, rto: 1800 } });
    expect(resolveObjectives('here', {})).toEqual({});
  });

  test('may be equal for a loss and a greater loss', () => {
    const same = { rpo: s(0), rto: s(120) };
    expect(resolveObjectives('here', { instanceLoss: same, nodeLoss: same })).toHaveProperty('nodeLoss.rto', 120);
  });

  test.each<[string, Objectives, RegExp]>([
    [
      'a node loss that is faster than an instance loss',
      { instanceLoss: { rpo: s(0), rto: s(60) }, nodeLoss: { rpo: s(0), rto: s(59) } },
      /^here: 'objectives.nodeLoss.rto' must not be shorter than 'objectives.instanceLoss.rto' \(60 s\), .* got 59 s$/,
    ],
    [
      'a cluster loss that loses less than a node loss',
      { nodeLoss: { rpo: s(60), rto: s(120) }, clusterLoss: { rpo: s(0), rto: s(1800) } },
      /'objectives.clusterLoss.rpo' must not be shorter than 'objectives.nodeLoss.rpo' \(60 s\)/,
    ],
    [
      'a cluster loss that is faster than an instance loss, with nothing between them',
      { instanceLoss: { rpo: s(0), rto: s(60) }, clusterLoss: { rpo: s(300), rto: s(30) } },
      /'objectives.clusterLoss.rto' must not be shorter than 'objectives.instanceLoss.rto'/,
    ],
    [
      'an RTO of zero',
      { nodeLoss: { rpo: s(0), rto: s(0) } },
      /'objectives.nodeLoss.rto' must be longer than 0 seconds/,
    ],
    [
      'a missing RPO',
      { nodeLoss: { rto: s(60) } } as unknown as Objectives,
      /'objectives.nodeLoss.rpo' is missing; write a Duration/,
    ],
    [
      'a number instead of a Duration',
      { nodeLoss: { rpo: 0, rto: 60 } } as unknown as Objectives,
      /'objectives.nodeLoss.rpo' is missing; write a Duration/,
    ],
    [
      'an unknown failure class',
      { zoneLoss: { rpo: s(0), rto: s(60) } } as unknown as Objectives,
      /'objectives' may have instanceLoss, nodeLoss, clusterLoss, humanError, got 'zoneLoss'/,
    ],
  ])('refuse %s', (_, objectives, message) => {
    expect(() => resolveObjectives('here', objectives)).toThrow(message);
  });

  test('refuse negative durations, which cdk8s itself lets nobody make', () => {
    expect(() => s(-1)).toThrow(/negative/i);
    const negative = { toMilliseconds: () => -1000 } as unknown as Duration;
    expect(() => resolveObjectives('here', { nodeLoss: { rpo: negative, rto: s(60) } })).toThrow(
      /'objectives.nodeLoss.rpo' must be 0 seconds or longer, got -1$/,
    );
    expect(() => resolveObjectives('here', { nodeLoss: { rpo: s(0), rto: negative } })).toThrow(
      /'objectives.nodeLoss.rto' must be longer than 0 seconds, because recovery takes time, got -1$/,
    );
  });
});
