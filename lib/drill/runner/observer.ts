import type { EvidenceMark } from '../../evidence/evidence';
import { clusterPaths, sampleRoles, type Cluster, type EndpointSlice, type RoleSample } from './cluster';
import { pause, within, type Clock } from './clock';
import type { FailoverConfig } from './config';
import type { DrillDatabase } from './database';
import type { KubernetesClient } from './kubernetes';

/** Watches what the operator does while clients measure: it explains the outage, it does not measure it. */
export class Observer {
  public readonly marks: EvidenceMark[] = [];
  public readonly roles: RoleSample[] = [];
  /** Newest state of the Cluster; undefined until the API has told. */
  public cluster: Cluster | undefined;
  private readonly stopping = new AbortController();
  private readonly loops: Promise<void>[];
  private endpoints = '';

  public constructor(
    private readonly kubernetes: KubernetesClient,
    private readonly database: DrillDatabase,
    private readonly namespace: string,
    private readonly config: FailoverConfig,
    private readonly clock: Clock,
  ) {
    const paths = clusterPaths(namespace, config.cluster);
    const { signal } = this.stopping;
    this.loops = [
      kubernetes.watch(paths.clusters, config.cluster, signal, (cluster) => this.see(cluster as Cluster)),
      // A watch over a connection to a lost API server stays silent for long; a look now and then does not.
      this.every(1000, async () => this.see(await kubernetes.get<Cluster>(paths.cluster))),
      this.every(250, () => this.lookAtEndpoints(paths.slices, paths.rwLabels)),
      this.every(500, async () => {
        this.roles.push(await sampleRoles(kubernetes, database, namespace, config, clock));
      }),
    ];
  }

  public mark(what: string, at = this.clock.now()): void {
    this.marks.push({ at: Math.round(at), what });
  }

  /** Looks no further. A request that hangs is not waited for: it can only read. */
  public async stop(): Promise<void> {
    this.stopping.abort();
    await within(Promise.all(this.loops), 500, 'the last look').catch(() => undefined);
  }

  private see(cluster: Cluster): void {
    if (this.cluster !== undefined && versionOf(cluster) <= versionOf(this.cluster)) {
      return;
    }
    const before = this.cluster?.status;
    const after = cluster.status;
    this.cluster = cluster;
    if (before === undefined) {
      return;
    }
    if (after?.phase !== before.phase) {
      this.mark(`phase: ${after?.phase ?? 'none'}`);
    }
    if (after?.targetPrimary !== before.targetPrimary) {
      this.mark(`target primary: ${after?.targetPrimary ?? 'none'}`);
    }
    if (after?.currentPrimary !== before.currentPrimary) {
      this.mark(`current primary: ${after?.currentPrimary ?? 'none'}`);
    }
    if (after?.timelineID !== before.timelineID) {
      this.mark(`timeline: ${after?.timelineID ?? 'none'}`);
    }
    if (after?.readyInstances !== before.readyInstances) {
      this.mark(`ready instances: ${after?.readyInstances ?? 0}`);
    }
  }

  private async lookAtEndpoints(path: string, labels: string): Promise<void> {
    const slices = await this.kubernetes.list<EndpointSlice>(path, labels);
    const ready = slices
      .flatMap((slice) => slice.endpoints ?? [])
      .filter((endpoint) => endpoint.conditions?.ready !== false)
      .flatMap((endpoint) => endpoint.addresses);
    const now = ready.sort().join(', ') || 'none';
    if (this.endpoints !== '' && now !== this.endpoints) {
      this.mark(`write endpoint: ${now}`);
    }
    this.endpoints = now;
  }

  /** An API that does not answer must not end the measurement: the next look tries again. */
  private async every(ms: number, look: () => Promise<void>): Promise<void> {
    const { signal } = this.stopping;
    while (!signal.aborted) {
      await look().catch(() => undefined);
      await pause(ms, signal);
    }
  }
}

/** Later states have larger versions; Kubernetes promises that since 1.35 and has always kept it. */
function versionOf(cluster: Cluster): number {
  return Number(cluster.metadata.resourceVersion ?? 0);
}
