import type { Duration } from 'cdk8s';
import type { IConstruct } from 'constructs';
import { whole } from '../_duration';
import { refuse } from '../_refuse';

/** The lease that makes sure of one primary: whoever has it may be promoted. */
export interface PrimaryLeaseProps {
  /**
   * How long a standby sees the lease of a primary that vanished unchanged, before it may take over. Whole seconds.
   *
   * A shorter lease makes every failover shorter by as much. It also costs a healthy primary its lease sooner where the
   * Kubernetes API is slow or out of reach, and leaves less time to stop a primary that is only cut off before another
   * one is promoted. An instance takes it over when it restarts.
   * @default Duration.seconds(15), as CloudNativePG ships it
   */
  readonly leaseDuration?: Duration;

  /**
   * How long a primary may take to renew its lease. Shorter than `leaseDuration`. Whole seconds.
   * @default - two thirds of 'leaseDuration': 10 seconds of 15
   */
  readonly renewDeadline?: Duration;

  /**
   * How often the lease is renewed, and looked at. `renewDeadline` must be longer than 1.2 times this. Whole seconds.
   * @default Duration.seconds(2), or 1 second where 'renewDeadline' leaves no room for 2
   */
  readonly retryPeriod?: Duration;
}

/** The lease in seconds, named as in the Cluster. */
export interface PrimaryLease {
  readonly leaseDurationSeconds: number;
  readonly renewDeadlineSeconds: number;
  readonly retryPeriodSeconds: number;
  readonly releasedLeaseDurationSeconds: number;
}

/** @throws if the operator's webhook would refuse the timings: CloudNativePG 1.30, validatePrimaryLease */
export function resolvePrimaryLease(where: IConstruct, props: PrimaryLeaseProps): PrimaryLease {
  const lease = seconds(where, 'leaseDuration', props.leaseDuration, 15);
  const renew = seconds(where, 'renewDeadline', props.renewDeadline, Math.max(1, Math.floor((lease * 2) / 3)));
  const retry = seconds(where, 'retryPeriod', props.retryPeriod, renew > 2.4 ? 2 : 1);
  if (lease <= renew) {
    refuse(
      where,
      `'primaryLease.leaseDuration' must be longer than 'primaryLease.renewDeadline' (${renew} s), got ${lease} s`,
    );
  }
  if (renew <= 1.2 * retry) {
    refuse(
      where,
      `'primaryLease.renewDeadline' must be longer than 1.2 times 'primaryLease.retryPeriod' (${retry} s), got ${renew} s; ` +
        `the shortest lease is one of 3 s`,
    );
  }
  return {
    leaseDurationSeconds: lease,
    renewDeadlineSeconds: renew,
    retryPeriodSeconds: retry,
    releasedLeaseDurationSeconds: 1,
  };
}

function seconds(where: IConstruct, property: string, value: Duration | undefined, otherwise: number): number {
  return value === undefined ? otherwise : whole(where, `primaryLease.${property}`, value, 'seconds', 1);
}
