import { pause, Stopped, within, type Clock } from './clock';
import { isUncertain, KubernetesError, type KubernetesClient, type KubernetesObject } from './kubernetes';

interface LeaseObject extends KubernetesObject {
  readonly spec: {
    readonly holderIdentity?: string;
    readonly leaseDurationSeconds?: number;
    readonly acquireTime?: string;
    readonly renewTime?: string;
  };
}

/** Somebody else drills. */
export class LeaseHeld extends Error {
  public override readonly name = 'LeaseHeld';
}

/**
 * The lock against a second drill of the same service: CronJob concurrency does not cover runs that people start. A run
 * that was killed leaves it held; it counts as free when its holder has been silent for its duration.
 */
export class Lease {
  /** Whether another run took it while this one thought to hold it. */
  public lost = false;
  private renewing: Promise<void> = Promise.resolve();
  private readonly stopping = new AbortController();

  public constructor(
    private readonly kubernetes: KubernetesClient,
    private readonly clock: Clock,
    private readonly at: { readonly namespace: string; readonly name: string; readonly seconds: number },
    private readonly holder: string,
  ) {}

  /**
   * Takes the lease, waiting at most its duration for a silent holder. Whether a holder is silent is judged by its beats
   * changing, not by the time that they name: clocks of nodes differ.
   *
   * @throws LeaseHeld if its holder is alive
   */
  public async acquire(signal: AbortSignal): Promise<void> {
    let seen: { readonly beat: string; readonly since: number } | undefined;
    for (let uncertain = 0; ; await pause(250, signal)) {
      const existing = await this.kubernetes.find<LeaseObject>(this.path);
      const { holderIdentity = '', renewTime = '', leaseDurationSeconds = this.at.seconds } = existing?.spec ?? {};
      if (signal.aborted || this.stopping.signal.aborted) {
        throw new Stopped();
      }
      if (holderIdentity !== '' && holderIdentity !== this.holder) {
        const beat = `${holderIdentity} ${renewTime}`;
        if (seen !== undefined && seen.beat !== beat) {
          throw new LeaseHeld(`${holderIdentity} runs a drill and renewed its Lease '${this.at.name}' just now`);
        }
        seen ??= { beat, since: this.clock.now() };
        if (this.clock.now() - seen.since <= leaseDurationSeconds * 1000) {
          continue;
        }
      }
      try {
        if (await this.take(existing)) {
          this.renewing = this.renew();
          return;
        }
      } catch (error) {
        // It may be ours already: look again.
        if (!isUncertain(error) || ++uncertain === 5) {
          throw error;
        }
      }
    }
  }

  /** Gives it back and removes it, if it is still ours. */
  public async release(): Promise<void> {
    this.stopping.abort();
    await within(this.renewing, 1000, 'the last beat').catch(() => undefined);
    for (let attempt = 1; ; attempt++) {
      const existing = await this.kubernetes.find<LeaseObject>(this.path);
      if (existing?.spec.holderIdentity !== this.holder) {
        return;
      }
      try {
        return await this.kubernetes.delete(this.path, existing.metadata.uid ?? '');
      } catch (error) {
        if (!isUncertain(error) || attempt === 5) {
          throw error;
        }
      }
    }
  }

  private get collection(): string {
    return `/apis/coordination.k8s.io/v1/namespaces/${this.at.namespace}/leases`;
  }

  private get path(): string {
    return `${this.collection}/${this.at.name}`;
  }

  private async take(existing: LeaseObject | undefined): Promise<boolean> {
    const wanted: LeaseObject = {
      apiVersion: 'coordination.k8s.io/v1',
      kind: 'Lease',
      metadata: {
        name: this.at.name,
        namespace: this.at.namespace,
        ...(existing?.metadata.resourceVersion !== undefined && { resourceVersion: existing.metadata.resourceVersion }),
      },
      spec: {
        holderIdentity: this.holder,
        leaseDurationSeconds: this.at.seconds,
        renewTime: micro(this.clock.wall()),
      },
    };
    try {
      await (existing === undefined
        ? this.kubernetes.create(this.collection, wanted)
        : this.kubernetes.update(this.path, wanted));
      return true;
    } catch (error) {
      if (error instanceof KubernetesError && error.code === 409) {
        return false;
      }
      throw error;
    }
  }

  private async renew(): Promise<void> {
    const { signal } = this.stopping;
    for (;;) {
      await pause((this.at.seconds * 1000) / 3, signal);
      if (signal.aborted) {
        return;
      }
      try {
        const existing = await this.kubernetes.find<LeaseObject>(this.path);
        if (existing?.spec.holderIdentity === this.holder) {
          await this.take(existing);
        } else {
          this.lost = true;
        }
      } catch {
        // The next beat tries again; a drill in the middle of a failover must go on to its end.
      }
    }
  }
}

/** The API's MicroTime has six digits. */
function micro(time: Date): string {
  return time.toISOString().replace('Z', '000Z');
}
