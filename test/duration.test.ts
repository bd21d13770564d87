import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { Duration, Size } from 'cdk8s';
import { describe, expect, it } from 'vitest';
import { Flux } from '../lib';
import { seconds, whole } from '../lib/_duration';
import { resolveObjectives } from '../lib/platform/objectives';
import { api, chart, cluster, objectStore, platform } from './_build';

describe('a duration', () => {
  it.each([
    [Duration.minutes(2), 120],
    [Duration.millis(1500), 1.5],
    [Duration.minutes(1.1), 66],
    [Duration.days(1), 86_400],
  ])('has its seconds: %s', (duration, amount) => {
    expect(seconds('here', 'x', duration)).toBe(amount);
  });

  it('is taken in whole units, and refused in parts, below the least, and where it is none', () => {
    expect(whole('here', 'x', Duration.hours(48), 'days', 1)).toBe(2);
    expect(whole('here', 'x', Duration.seconds(0), 'seconds')).toBe(0);
    const fail = (duration: unknown) => () => whole('here', 'x', duration as Duration, 'seconds', 1);
    expect(fail(Duration.millis(1500))).toThrow(
      /^here: 'x' must be a whole number of seconds, at least 1, got 1 second/,
    );
    expect(fail(Duration.seconds(0))).toThrow("'x' must be a whole number of seconds, at least 1, got 0 seconds");
    expect(fail(90)).toThrow("here: 'x' must be a Duration, such as Duration.minutes(2), got 90");
    expect(fail('2m')).toThrow("here: 'x' must be a Duration, such as Duration.minutes(2), got '2m'");
    expect(fail(null)).toThrow("here: 'x' must be a Duration, such as Duration.minutes(2), got null");
  });
});

describe('a value that cannot be converted is refused with its place and property', () => {
  const half = Duration.millis(500);
  it.each<[string, () => unknown, string]>([
    [
      'a retention of minutes',
      () => objectStore(chart(), { retention: Duration.minutes(90) }),
      "test/store: 'retention' must be a whole number of days, at least 1, got 1 hour 30 minutes",
    ],
    [
      'a tolerance of half a second',
      () => api(chart(), { livenessTolerance: half }),
      "test/api: 'livenessTolerance' must be a whole number of seconds, at least 1, got 500 millis",
    ],
    [
      'a start',
      () => api(chart(), { startTimeout: half }),
      "test/api: 'startTimeout' must be a whole number of seconds",
    ],
    ['a stop', () => api(chart(), { shutdownTimeout: half }), "test/api: 'shutdownTimeout' must be a whole number of"],
    [
      'an interval of Flux',
      () => new Flux({ path: '.', interval: half }),
      "flux: 'interval' must be a whole number of",
    ],
    [
      'an interval of a source of Flux',
      () => {
        const create = { url: 'https://git.example/x', ref: { branch: 'main' }, interval: half };
        return new Flux({ path: '.', source: { kind: 'GitRepository', name: 'x', create } });
      },
      "flux source 'x': 'interval' must be a whole number of seconds",
    ],
    [
      'a grace period that is a number',
      () => platform({ nodeMonitorGracePeriod: 50 as never }),
      "platform 'test': 'nodeMonitorGracePeriod' must be a Duration, such as Duration.minutes(2), got 50",
    ],
    [
      'a measured time that is a number',
      () => platform({ measured: { podStart: 60 as never } }),
      "platform 'test': 'measured.podStart' must be a Duration",
    ],
    [
      'a measured size that is a number',
      () => platform({ measured: { walPerHour: 192 as never } }),
      "platform 'test': 'measured.walPerHour' must be a Size, such as Size.gibibytes(20), got 192",
    ],
    [
      'an objective that is a number',
      () => resolveObjectives('here', { nodeLoss: { rpo: 0 as never, rto: half } }),
      "here: 'objectives.nodeLoss.rpo' is missing; write a Duration",
    ],
    [
      'a volume that is a text',
      () => cluster(chart(), { storage: '20Gi' as never }),
      "test/db: 'storage' must be a Size, such as Size.gibibytes(20), got '20Gi'",
    ],
    [
      'a CPU that is a number',
      () => api(chart(), { cpu: 1 as never }),
      "test/api: 'cpu' must be a Cpu, such as Cpu.millis",
    ],
  ])('%s', (_, make, message) => {
    expect(make).toThrow(message);
  });

  it('but not a measured size or time with a fraction', () => {
    const { measured } = platform({ measured: { walPerHour: Size.kibibytes(1), walUpload: half } });
    expect(measured).toMatchObject({ walPerHour: 1 / 1024, walUpload: 0.5 });
  });

  it('because only the shared helpers convert', () => {
    const lib = join(__dirname, '../lib');
    const files = readdirSync(lib, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'));
    const converting = files.filter((file) =>
      /\.to(Milliseconds|Seconds|Minutes|Hours|Days|(Kibi|Mebi|Gibi|Tebi|Pebi)bytes)\(/.test(
        readFileSync(join(lib, file), 'utf8'),
      ),
    );
    expect(converting.toSorted()).toEqual(['_duration.ts', '_quantity.ts', 'gitops/_duration.ts']);
  });
});
