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

/** Longest wait for a beat that is under way when the Lease is given back. */
const LAST_BEAT_MS = 500;

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
  /** When the last beat that arrived was sent. */
  private beatAt = -Infinity;
  private acquiring: Promise<void> = Promise.resolve();
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
  public acquire(signal: AbortSignal): Promise<void> {
    const acquired = this.waitAndTake(signal);
    this.acquiring = acquired.catch(() => undefined);
    return acquired;
  }

  /**
   * Why this run may do no harm now; undefined while the Lease is surely its own. A beat that is older than the Lease
   * lasts may have been the last: another run may have begun.
   */
  public get doubt(): string | undefined {
    const { name, seconds } = this.at;
    const age = this.clock.now() - this.beatAt;
    return this.lost
      ? `another run took Lease '${name}'`
      : age >= seconds * 1000
        ? `Lease '${name}' could not be renewed for ${Math.round(age / 1000)} s and lasts ${seconds} s: another run may have begun`
        : undefined;
  }

  /** Renews it now. Returns `doubt`. */
  public async confirm(): Promise<string | undefined> {
    const asked = this.clock.now();
    for (let attempt = 0; attempt < 3 && !this.lost && this.beatAt < asked; attempt++) {
      await this.beat().catch(() => undefined);
    }
    return this.doubt;
  }

  private async waitAndTake(signal: AbortSignal): Promise<void> {
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
      const sentAt = this.clock.now();
      try {
        if (await this.take(existing)) {
          this.beatAt = sentAt;
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
    await within(Promise.all([this.acquiring, this.renewing]), LAST_BEAT_MS, 'the last beat').catch(() => undefined);
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
    while (!this.lost) {
      await pause((this.at.seconds * 1000) / 3, signal);
      if (signal.aborted) {
        return;
      }
      // One that fails is made up for by the next; a drill in the middle of a failover must go on to its end.
      await this.beat().catch(() => undefined);
    }
  }

  private async beat(): Promise<void> {
    const sentAt = this.clock.now();
    const existing = await this.kubernetes.find<LeaseObject>(this.path);
    if (existing?.spec.holderIdentity !== this.holder) {
      this.lost = true;
    } else if (await this.take(existing)) {
      this.beatAt = sentAt;
    }
  }
}

/** The API's MicroTime has six digits. */
function micro(time: Date): string {
  return time.toISOString().replace('Z', '000Z');
}
