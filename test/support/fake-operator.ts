import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { DatabaseBed, type DatabaseOptions } from './database-bed';
import { FakeKubernetes, type StoredObject } from './fake-kubernetes';
import type { PostgresServer } from './postgres-server';
import { ServiceApi } from './service-api';

/** Names in the bed. */
export const NAMESPACE = 'state-hub';
export const CLUSTER = 'state-hub-db';

const CNPG = `/apis/postgresql.cnpg.io/v1/namespaces/${NAMESPACE}`;
export const CLUSTER_PATH = `${CNPG}/clusters/${CLUSTER}`;
export const PODS = `/api/v1/namespaces/${NAMESPACE}/pods`;

export const API_LABELS = { 'app.kubernetes.io/name': 'state-hub-api' };
/** Images that run in the bed, as the kubelet names them. */
export const IMAGES = {
  api: `registry.example.net/state-hub@sha256:${'a'.repeat(64)}`,
  plugin: `ghcr.io/cloudnative-pg/plugin-barman-cloud-sidecar@sha256:${'b'.repeat(64)}`,
  postgres: `ghcr.io/cloudnative-pg/postgresql@sha256:${'5'.repeat(64)}`,
};

/** How the operator behaves, in milliseconds where a time. */
export interface OperatorBehaviour {
  /** From the loss of the primary to "Failing over". */
  detectionMs: number;
  /** From the loss of the primary until clients reach the new one; as soon as it can be where absent. */
  outageMs: number | undefined;
  /** From the new primary to the return of the old one. */
  rejoinMs: number;
  /** Replication is held up for this long before the primary dies: what is acknowledged then is lost without it. */
  lagMs: number;
  /** What clients see of a primary that is gone: a refusal, or nothing, as when its node has lost its power. */
  link: 'refused' | 'silent' | 'dropped';
  /** Quorum denies the failover, for ever. */
  deniesFailover: boolean;
  /** What becomes of the old primary. */
  oldPrimary: 'standby' | 'never' | 'second-primary';
  /** Done on the new primary before clients reach it. */
  beforeServing: (primary: PostgresServer) => Promise<void>;
  /** Done on the dead primary's folder before it is overwritten. */
  onDead: (dead: PostgresServer) => Promise<void>;
}

/** An operator that does its work. */
export const HEALTHY_BEHAVIOUR: OperatorBehaviour = {
  detectionMs: 100,
  outageMs: undefined,
  rejoinMs: 100,
  lagMs: 0,
  link: 'refused',
  deniesFailover: false,
  oldPrimary: 'standby',
  beforeServing: async () => undefined,
  onDead: async () => undefined,
};

/** What really happened in one failover, in milliseconds of the wall clock. */
export interface Truth {
  killedAt: number;
  servedAt: number;
  oldPrimary: string;
  newPrimary: string;
}

/** The whole bed: real servers, real API, and what stands for Kubernetes and CloudNativePG at their edge. */
export class Bed {
  public static async start(
    options: Partial<DatabaseOptions> & { readonly behaviour?: Partial<OperatorBehaviour> } = {},
  ): Promise<Bed> {
    const database = await DatabaseBed.start(CLUSTER, { synchronous: true, tls: false, fsync: false, ...options });
    const kubernetes = await FakeKubernetes.listen();
    const service = await ServiceApi.start(database.rw.port);
    const bed = new Bed(database, kubernetes, service, options.tls ?? false, options.behaviour ?? {});
    bed.describe(options.synchronous ?? true);
    return bed;
  }

  public readonly behaviour: OperatorBehaviour;
  /** One entry for each failover or switchover. */
  public readonly truths: Truth[] = [];
  /** Settles when the operator has nothing left to do. */
  public work: Promise<unknown> = Promise.resolve();
  private timeline = 1;
  private stopped = false;
  private split = false;

  private constructor(
    public readonly database: DatabaseBed,
    public readonly kubernetes: FakeKubernetes,
    public readonly service: ServiceApi,
    /** Whether the drill role must come with a certificate. */
    public readonly tls: boolean,
    behaviour: Partial<OperatorBehaviour>,
  ) {
    this.behaviour = { ...HEALTHY_BEHAVIOUR, ...behaviour };
    kubernetes.onDeleted = (object, path) => {
      if (!path.startsWith(`${PODS}/`)) {
        return true;
      }
      this.start(() => this.failOver(this.serverOf(object.metadata.name)));
      return false;
    };
    kubernetes.onPatched = (object, path) => {
      const { targetPrimary, currentPrimary } = object['status'] ?? {};
      if (path === `${CLUSTER_PATH}/status` && targetPrimary !== currentPrimary) {
        this.start(() => this.switchOver(this.serverOf(targetPrimary as string)));
      }
    };
  }

  public get cluster(): StoredObject {
    return this.kubernetes.find(CLUSTER_PATH)!;
  }

  /** Whether all instances run and only one of them leads. */
  public get healthy(): boolean {
    const { phase, readyInstances } = this.cluster['status'] ?? {};
    return (
      phase === 'Cluster in healthy state' &&
      readyInstances === 3 &&
      !this.split &&
      this.database.servers.every((s) => s.running)
    );
  }

  /** A node's plug is pulled: the primary is gone and nobody asked the API. */
  public pullPlug(): void {
    this.start(() => this.failOver(this.database.primary));
  }

  public async stop(): Promise<void> {
    this.stopped = true;
    await Promise.race([this.work.catch(() => undefined), sleep(3000)]);
    await this.service.close();
    await this.kubernetes.close();
    await this.database.stop();
  }

  /** Makes the cluster healthy again after a test broke it. */
  public async heal(): Promise<void> {
    await this.work.catch(() => undefined);
    const { database } = this;
    if (!database.primary.running) {
      const next = await database.mostAdvanced();
      await next.promote();
      await database.lead(next);
    }
    for (const server of database.servers) {
      if (server !== database.primary) {
        server.kill();
        await database.rejoin(server);
      }
    }
    await database.streaming(2);
    this.split = false;
    database.serve();
    this.describe(this.cluster['spec']?.postgresql?.synchronous !== undefined);
  }

  /** Writes all objects as CloudNativePG does for a healthy cluster. */
  public describe(synchronous: boolean): void {
    const primary = this.database.primary.options.name;
    this.kubernetes.put({
      apiVersion: 'postgresql.cnpg.io/v1',
      kind: 'Cluster',
      metadata: { name: CLUSTER, namespace: NAMESPACE },
      spec: {
        instances: 3,
        imageName: 'ghcr.io/cloudnative-pg/postgresql:18.4',
        ...(synchronous && {
          postgresql: { synchronous: { method: 'any', number: 1, dataDurability: 'required', failoverQuorum: true } },
        }),
      },
      status: this.status('Cluster in healthy state', primary),
    });
    this.kubernetes.put({
      apiVersion: 'postgresql.cnpg.io/v1',
      kind: 'FailoverQuorum',
      metadata: { name: CLUSTER, namespace: NAMESPACE },
      status: {
        method: 'ANY',
        standbyNumber: 1,
        primary,
        standbyNames: this.database.servers.map((s) => s.options.name).filter((name) => name !== primary),
      },
    });
    this.kubernetes.put({
      apiVersion: 'postgresql.cnpg.io/v1',
      kind: 'Backup',
      metadata: { name: 'state-hub-db-base', namespace: NAMESPACE, labels: { 'cnpg.io/cluster': CLUSTER } },
      spec: { cluster: { name: CLUSTER }, method: 'plugin' },
      status: { phase: 'completed', stoppedAt: new Date(Date.now() - 3_600_000).toISOString() },
    });
    this.database.servers.forEach((server) => this.writePod(server));
    this.writeApiPod();
    this.writeEndpoints();
  }

  private start(work: () => Promise<void>): void {
    this.work = this.work.then(work).catch((error: unknown) => {
      if (!this.stopped) {
        console.error('the bed itself failed', error);
        throw error;
      }
    });
  }

  private async failOver(dead: PostgresServer): Promise<void> {
    const { behaviour, database } = this;
    if (behaviour.lagMs > 0) {
      database.links.forEach((link) => link.holdAnswers(true));
      await sleep(behaviour.lagMs);
    }
    const lost = behaviour.link === 'refused' ? undefined : database.rw.lose(behaviour.link);
    const killedAt = now();
    dead.kill();
    database.links.forEach((link) => {
      link.reset();
      link.holdAnswers(false);
      link.pointTo();
    });
    database.rw.pointTo();
    this.kubernetes.remove(`${PODS}/${dead.options.name}`);
    await lost;
    await sleep(behaviour.detectionMs);
    this.patchStatus((status) =>
      Object.assign(status, { phase: 'Failing over', targetPrimary: 'pending', readyInstances: 2 }),
    );
    this.writeEndpoints();
    if (behaviour.deniesFailover) {
      // One of two listed standbys is gone too: ready 1 + synchronous 1 is not more than 2 listed.
      const [lost] = database.standbys;
      lost!.kill();
      this.kubernetes.remove(`${PODS}/${lost!.options.name}`);
      this.patchStatus((status) => Object.assign(status, { readyInstances: 1 }));
      return;
    }
    const next = await database.mostAdvanced();
    this.patchStatus((status) => (status['targetPrimary'] = next.options.name));
    await next.promote();
    await this.takeOver(dead, next, killedAt);
    await sleep(behaviour.rejoinMs);
    await behaviour.onDead(dead);
    if (behaviour.oldPrimary === 'second-primary') {
      await dead.start();
      this.split = true;
    } else if (behaviour.oldPrimary === 'standby') {
      await database.rejoin(dead);
      await database.streaming(2);
    } else {
      return;
    }
    this.finish(dead);
  }

  private async switchOver(next: PostgresServer): Promise<void> {
    const { database } = this;
    const old = database.primary;
    const killedAt = now();
    database.rw.pointTo();
    await old.stop();
    database.links.forEach((link) => link.pointTo());
    await next.promote();
    await this.takeOver(old, next, killedAt);
    old.follow(database.conninfo(old));
    await old.start();
    await database.streaming(2);
    this.finish(old);
  }

  private async takeOver(old: PostgresServer, next: PostgresServer, killedAt: number): Promise<void> {
    const { database, behaviour } = this;
    await database.lead(next);
    this.timeline++;
    // The proof that it takes writes, synchronous ones included, is a write.
    await next.query(`insert into bed_truth values (now())`);
    await behaviour.beforeServing(next);
    if (behaviour.outageMs !== undefined) {
      await sleep(Math.max(0, killedAt + behaviour.outageMs - now()));
    }
    database.serve();
    await database.rw.restore();
    const servedAt = now();
    this.truths.push({ killedAt, servedAt, oldPrimary: old.options.name, newPrimary: next.options.name });
    this.patchStatus((status) =>
      Object.assign(status, this.status('Failing over', next.options.name), { readyInstances: 2 }),
    );
    this.database.servers.filter((server) => server !== old).forEach((server) => this.writePod(server));
    this.kubernetes.change(`${CNPG}/failoverquorums/${CLUSTER}`, (quorum) => {
      quorum['status'].primary = next.options.name;
      quorum['status'].standbyNames = this.database.servers.filter((s) => s !== next).map((s) => s.options.name);
    });
    this.writeEndpoints();
  }

  private finish(returned: PostgresServer): void {
    this.database.serve();
    this.writePod(returned, randomUUID());
    this.writeEndpoints();
    this.patchStatus((status) =>
      Object.assign(status, this.status('Cluster in healthy state', this.database.primary.options.name)),
    );
  }

  private status(phase: string, primary: string): Record<string, unknown> {
    const names = this.database.servers.map((server) => server.options.name);
    const at = new Date().toISOString();
    return {
      phase,
      instances: 3,
      readyInstances: 3,
      instanceNames: names,
      currentPrimary: primary,
      targetPrimary: primary,
      currentPrimaryTimestamp: at,
      timelineID: this.timeline,
      systemID: '7580000000000000001',
      image: 'ghcr.io/cloudnative-pg/postgresql:18.4',
      conditions: ['Ready', 'ContinuousArchiving'].map((type) => ({
        type,
        status: 'True',
        reason: type === 'Ready' ? 'ClusterIsReady' : 'ContinuousArchivingSuccess',
        message: '',
        lastTransitionTime: at,
      })),
    };
  }

  private patchStatus(change: (status: Record<string, unknown>) => unknown): void {
    this.kubernetes.change(CLUSTER_PATH, (cluster) => {
      change(cluster['status'] as Record<string, unknown>);
    });
  }

  private writePod(server: PostgresServer, uid?: string): void {
    const { name, host } = server.options;
    const role = server === this.database.primary ? 'primary' : 'replica';
    this.kubernetes.put({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: {
        name,
        namespace: NAMESPACE,
        ...(uid !== undefined && { uid }),
        labels: { 'cnpg.io/cluster': CLUSTER, 'cnpg.io/instanceRole': role, 'cnpg.io/podRole': 'instance' },
        annotations: { 'cnpg.io/operatorVersion': '1.30.0' },
      },
      spec: { nodeName: `railiance0${name.slice(-1)}` },
      status: {
        phase: 'Running',
        podIP: host,
        conditions: [{ type: 'Ready', status: 'True' }],
        containerStatuses: [
          {
            name: 'postgres',
            ready: true,
            restartCount: 0,
            imageID: IMAGES.postgres,
          },
        ],
        initContainerStatuses: [{ name: 'plugin-barman-cloud', ready: true, restartCount: 0, imageID: IMAGES.plugin }],
      },
    });
  }

  private writeApiPod(): void {
    this.kubernetes.put({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'state-hub-api-7f9c', namespace: NAMESPACE, labels: API_LABELS },
      status: {
        phase: 'Running',
        conditions: [{ type: 'Ready', status: 'True' }],
        containerStatuses: [{ name: 'api', ready: true, restartCount: 0, imageID: IMAGES.api }],
      },
    });
  }

  private writeEndpoints(): void {
    const ready = (servers: readonly PostgresServer[]) =>
      servers.map((server) => ({ addresses: [server.options.host], conditions: { ready: server.running } }));
    for (const [suffix, servers] of [
      ['rw', this.database.primary.running ? [this.database.primary] : []],
      ['ro', this.database.standbys],
    ] as const) {
      this.kubernetes.put({
        apiVersion: 'discovery.k8s.io/v1',
        kind: 'EndpointSlice',
        metadata: {
          name: `${CLUSTER}-${suffix}-x7k2p`,
          namespace: NAMESPACE,
          labels: { 'kubernetes.io/service-name': `${CLUSTER}-${suffix}` },
        },
        addressType: 'IPv4',
        endpoints: ready(servers),
      });
    }
  }

  private serverOf(name: string): PostgresServer {
    const server = this.database.servers.find((s) => s.options.name === name);
    if (server === undefined) {
      throw new Error(`the bed has no instance ${name}`);
    }
    return server;
  }
}

function now(): number {
  return performance.timeOrigin + performance.now();
}
