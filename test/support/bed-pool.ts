import type { DatabaseOptions } from './database-bed';
import { Bed, HEALTHY_BEHAVIOUR, NAMESPACE, type OperatorBehaviour } from './fake-operator';

/** Several beds, because drills mostly wait: tests of one file run side by side, each alone on its bed. */
export class BedPool {
  public static async start(size: number, options: Partial<DatabaseOptions> = {}): Promise<BedPool> {
    return new BedPool(await Promise.all(Array.from({ length: size }, () => Bed.start(options))));
  }

  private readonly free: Bed[];
  private readonly waiting: ((bed: Bed) => void)[] = [];

  private constructor(private readonly beds: readonly Bed[]) {
    this.free = [...beds];
  }

  /** Lends a healthy bed that behaves as asked. */
  public async use<T>(behaviour: Partial<OperatorBehaviour>, work: (bed: Bed) => Promise<T>): Promise<T> {
    const bed = this.free.pop() ?? (await new Promise<Bed>((lend) => this.waiting.push(lend)));
    try {
      await reset(bed, behaviour);
      return await work(bed);
    } finally {
      bed.kubernetes.fault = () => undefined;
      await bed.work.catch(() => undefined);
      const next = this.waiting.shift();
      if (next === undefined) {
        this.free.push(bed);
      } else {
        next(bed);
      }
    }
  }

  public async stop(): Promise<void> {
    await Promise.all(this.beds.map((bed) => bed.stop()));
  }
}

async function reset(bed: Bed, behaviour: Partial<OperatorBehaviour>): Promise<void> {
  Object.assign(bed.behaviour, HEALTHY_BEHAVIOUR, behaviour);
  Object.assign(bed.service.faults, { lyingHealth: false, summary: undefined, broken: false });
  await bed.database.rw.restore();
  bed.database.rw.holdAnswers(false);
  bed.kubernetes.rules = undefined;
  bed.kubernetes.requests.length = 0;
  bed.kubernetes.remove(`/apis/coordination.k8s.io/v1/namespaces/${NAMESPACE}/leases/state-hub-drill`);
  bed.kubernetes.remove(`/api/v1/namespaces/${NAMESPACE}/configmaps/state-hub-drill-failover`);
  if (bed.healthy) {
    bed.describe(true);
  } else {
    await bed.heal();
  }
  await bed.database.dropDrillTables();
}
