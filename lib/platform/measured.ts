import type { Duration, Size } from 'cdk8s';
import { seconds } from '../_duration';
import { mebibytes } from '../_quantity';
import { refuse } from '../_refuse';

/**
 * What can only be measured on the platform, or is a person's. Each has a cautious default, so that a prediction is
 * possible before the first drill; replace it by what the drills measure. Throughputs are amounts per second.
 */
export interface MeasuredProps {
  /**
   * Size of all databases on disk, as `pg_database_size` sums them.
   * @default - the whole data volume at worst, half of it typically
   */
  readonly databaseSize?: Size;

  /**
   * What a restore reads from the object store in one second, decompressed and written to the volume.
   * @default Size.mebibytes(50)
   */
  readonly restoreThroughput?: Size;

  /**
   * What a new standby copies from the primary in one second.
   * @default Size.mebibytes(50)
   */
  readonly cloneThroughput?: Size;

  /**
   * What a restore fetches and replays of archived WAL in one second.
   * @default Size.mebibytes(16)
   */
  readonly replayThroughput?: Size;

  /**
   * WAL that the service writes in one hour, at its busiest.
   * @default Size.mebibytes(192)
   */
  readonly walPerHour?: Size;

  /**
   * What a node's disk writes in one second while a checkpoint flushes `shared_buffers`.
   * @default Size.mebibytes(100)
   */
  readonly diskThroughput?: Size;

  /**
   * How long one WAL file takes into the object store.
   * @default Duration.seconds(15)
   */
  readonly walUpload?: Duration;

  /**
   * How long a new pod takes until its containers start: scheduling, volumes, and pulling the image.
   * @default Duration.minutes(1)
   */
  readonly podStart?: Duration;

  /**
   * How long a person takes from the alert to the first command of a restore.
   * @default Duration.minutes(5)
   */
  readonly response?: Duration;
}

/** Measured facts, resolved: mebibytes, mebibytes a second, and seconds. */
export interface Measured {
  /** Undefined where the data volume's size stands in for it. */
  readonly databaseMebibytes: number | undefined;
  readonly restoreThroughput: number;
  readonly cloneThroughput: number;
  readonly replayThroughput: number;
  readonly walPerHour: number;
  readonly diskThroughput: number;
  readonly walUpload: number;
  readonly podStart: number;
  readonly response: number;
}

/** @throws if an amount or a time is not greater than 0 */
export function resolveMeasured(where: string, props: MeasuredProps): Measured {
  const size = (property: keyof MeasuredProps, value: Size | undefined, otherwise: number): number =>
    positive(where, property, value === undefined ? otherwise : mebibytes(where, `measured.${property}`, value));
  const time = (property: keyof MeasuredProps, value: Duration | undefined, otherwise: number): number =>
    positive(where, property, value === undefined ? otherwise : seconds(where, `measured.${property}`, value));
  return {
    databaseMebibytes:
      props.databaseSize === undefined ? undefined : size('databaseSize', props.databaseSize, Number.NaN),
    restoreThroughput: size('restoreThroughput', props.restoreThroughput, 50),
    cloneThroughput: size('cloneThroughput', props.cloneThroughput, 50),
    replayThroughput: size('replayThroughput', props.replayThroughput, 16),
    walPerHour: size('walPerHour', props.walPerHour, 192),
    diskThroughput: size('diskThroughput', props.diskThroughput, 100),
    walUpload: time('walUpload', props.walUpload, 15),
    podStart: time('podStart', props.podStart, 60),
    response: time('response', props.response, 300),
  };
}

function positive(where: string, property: string, value: number): number {
  if (!(value > 0) || !Number.isFinite(value)) {
    refuse(where, `'measured.${property}' must be greater than 0, got ${value}`);
  }
  return value;
}
