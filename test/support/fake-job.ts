import type { ServerResponse } from 'node:http';
import { fail, type FakeKubernetes, type StoredObject } from './fake-kubernetes';

/** The state of a container as the kubelet reports it. */
export type ContainerState =
  | { waiting: { reason: string; message?: string } }
  | { running: object }
  | { terminated: { exitCode: number; reason?: string; message?: string } };

interface LogEntry {
  /** RFC 3339 with nanoseconds, as a container runtime writes it. */
  readonly at: string;
  readonly text: string;
}

/**
 * NOT a kubelet: what one Job's pod looks like through the API, moved by a test. Its log behaves as the real one does:
 * it is refused while the container waits, repeats whole seconds after `sinceTime`, and can be cut in the middle of a
 * line.
 */
export class FakeJob {
  /** Calls `script` with each Job that a client makes. */
  public static onEach(kubernetes: FakeKubernetes, script: (job: FakeJob) => Promise<void> | void): void {
    const jobs = new Map<string, FakeJob>();
    kubernetes.onCreated = (object) => {
      if (object.kind === 'Job') {
        const job = new FakeJob(kubernetes, object);
        jobs.set(job.podPath, job);
        void Promise.resolve(script(job));
      }
    };
    kubernetes.serveMore = ({ resource, path }, url, response) => {
      const job = jobs.get(path.replace(/\/log$/, ''));
      if (resource !== 'pods/log' || job === undefined) {
        return false;
      }
      job.serveLog(url, response);
      return true;
    };
  }

  public readonly name: string;
  public readonly podPath: string;
  /** Queries of all requests for the log. */
  public readonly asked: URLSearchParams[] = [];
  /** What a request for the log gets instead of it. */
  public refuses: { readonly code: number; readonly reason: string; readonly message: string } | undefined;
  private readonly namespace: string;
  private readonly path: string;
  private readonly entries: LogEntry[] = [];
  private readonly followers = new Set<ServerResponse>();
  private state: ContainerState | undefined;
  private nanoseconds = 0;

  private constructor(
    private readonly kubernetes: FakeKubernetes,
    private readonly job: StoredObject,
  ) {
    this.name = job.metadata.name;
    this.namespace = job.metadata.namespace ?? 'default';
    this.path = `/apis/batch/v1/namespaces/${this.namespace}/jobs/${this.name}`;
    this.podPath = `/api/v1/namespaces/${this.namespace}/pods/${this.name}-x7k2p`;
  }

  /** Makes the pod, or changes what its container does; without a state, it is not scheduled. */
  public pod(state?: ContainerState, status: object = {}): void {
    this.state = state;
    const phase = state === undefined || 'waiting' in state ? 'Pending' : 'running' in state ? 'Running' : 'Succeeded';
    this.kubernetes.put({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: {
        name: `${this.name}-x7k2p`,
        namespace: this.namespace,
        labels: { 'job-name': this.name, 'batch.kubernetes.io/job-name': this.name },
      },
      status: { phase, ...(state !== undefined && { containerStatuses: [{ name: 'drill', state }] }), ...status },
    });
  }

  /** Starts the container. */
  public run(): void {
    this.pod({ running: { startedAt: new Date().toISOString() } });
  }

  /** Writes a line. Lines of the same call share a second. */
  public say(...lines: readonly string[]): void {
    const second = new Date().toISOString().slice(0, 19);
    for (const text of lines) {
      const entry = { at: `${second}.${String(++this.nanoseconds).padStart(9, '0')}Z`, text };
      this.entries.push(entry);
      this.followers.forEach((response) => response.write(lineOf(entry)));
    }
  }

  /** Cuts all open logs after half a line more: cleanly, as an API server that loses its kubelet does, or not. */
  public cut(half: string, cleanly: boolean): void {
    for (const response of this.followers) {
      response.write(`2026-11-23T04:17:01.000000000Z ${half}`);
      if (cleanly) {
        response.end();
      } else {
        setImmediate(() => response.socket?.resetAndDestroy());
      }
    }
    this.followers.clear();
  }

  /** Ends the container, the streams of its log and the Job. */
  public end(exitCode: number, message?: string): void {
    this.pod({ terminated: { exitCode, reason: exitCode === 0 ? 'Completed' : 'Error', ...(message !== undefined && { message }) } }); // prettier-ignore
    this.followers.forEach((response) => response.end());
    this.followers.clear();
    const type = exitCode === 0 ? 'Complete' : 'Failed';
    this.finish({ type, status: 'True', ...(exitCode !== 0 && { reason: 'BackoffLimitExceeded' }) });
  }

  /** Sets a condition of the Job. */
  public finish(condition: object): void {
    this.kubernetes.change(this.path, (job) => (job['status'] = { conditions: [condition] }));
  }

  /** The pod is gone, and its log with it. */
  public losePod(): void {
    this.followers.forEach((response) => response.socket?.resetAndDestroy());
    this.followers.clear();
    this.kubernetes.remove(this.podPath);
  }

  /** A warning about the Job or its pod. */
  public warn(of: 'Job' | 'Pod', reason: string, message: string): void {
    const name = of === 'Job' ? this.name : `${this.name}-x7k2p`;
    this.kubernetes.put({
      apiVersion: 'v1',
      kind: 'Event',
      metadata: { name: `${name}.${++this.nanoseconds}`, namespace: this.namespace },
      type: 'Warning',
      involvedObject: { kind: of, name },
      reason,
      message,
      lastTimestamp: new Date().toISOString(),
    });
  }

  private serveLog(url: URL, response: ServerResponse): void {
    const query = url.searchParams;
    this.asked.push(query);
    if (this.refuses !== undefined) {
      return fail(response, this.refuses.code, this.refuses.reason, this.refuses.message);
    }
    if (this.state === undefined || 'waiting' in this.state || this.kubernetes.find(this.podPath) === undefined) {
      const why = this.state === undefined ? 'ContainerCreating' : (this.state as any).waiting?.reason;
      const message = `container "${query.get('container')}" in pod "${this.name}-x7k2p" is waiting to start: ${why}`;
      return fail(response, 400, 'BadRequest', message);
    }
    response.writeHead(200, { 'content-type': 'text/plain' });
    response.flushHeaders();
    // The API server hands whole seconds on to the kubelet.
    const since = (query.get('sinceTime') ?? '').slice(0, 19);
    const old = this.entries.filter(({ at }) => at.slice(0, 19) >= since).map(lineOf);
    if (query.get('follow') !== 'true' || 'terminated' in this.state) {
      response.end(old.join(''));
      return;
    }
    response.write(old.join(''));
    this.followers.add(response);
    response.on('close', () => this.followers.delete(response));
  }
}

function lineOf({ at, text }: LogEntry): string {
  return `${at} ${text}\n`;
}
