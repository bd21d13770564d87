import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import Ajv, { type ValidateFunction } from 'ajv';
import schemas from './cnpg-schemas.json';

/** An object as the API serves it. */
export interface StoredObject {
  apiVersion: string;
  kind: string;
  metadata: {
    name: string;
    namespace?: string;
    uid?: string;
    resourceVersion?: string;
    labels?: Record<string, string>;
    annotations?: Record<string, string>;
    creationTimestamp?: string;
    deletionTimestamp?: string;
    [field: string]: unknown;
  };
  [field: string]: any;
}

/** One request, taken apart as RBAC does. */
export interface ApiRequest {
  readonly verb: 'get' | 'list' | 'watch' | 'create' | 'update' | 'patch' | 'delete';
  readonly group: string;
  /** With its subresource: `clusters/status`. */
  readonly resource: string;
  readonly namespace: string;
  readonly name: string;
  readonly path: string;
  readonly body: any;
}

/** What goes wrong instead of the answer. */
export type Fault =
  | { hang: true }
  | { drop: true }
  | { delayMs: number }
  | { status: number; reason: string; retryAfter?: number };

/** A rule of a Role. */
export interface Rule {
  /** Where it holds; everywhere if absent, as a rule of a ClusterRole. */
  readonly namespace?: string;
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly resourceNames?: readonly string[];
  readonly verbs: readonly string[];
}

interface WatchEvent {
  readonly collection: string;
  readonly version: number;
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED';
  readonly object: StoredObject;
}

/**
 * NOT Kubernetes: a fake of its API's edge, the only fake in the drill's tests. It stores objects, answers get, list,
 * watch, create, update, patch and delete with the API server's words, checks tokens, optionally RBAC, and refuses
 * CloudNativePG objects that their CRD would refuse. What acts on the objects is the test's own code.
 */
export class FakeKubernetes {
  public static async listen(): Promise<FakeKubernetes> {
    const fake = new FakeKubernetes();
    await new Promise<void>((done) => fake.server.listen(0, '127.0.0.1', done));
    return fake;
  }

  /** Bearer token that is accepted now. */
  public token = 'token-1';
  /** Grants; without any, everything is allowed. */
  public rules: readonly Rule[] | undefined;
  /** Asked for every request before it is answered. */
  public fault: (request: ApiRequest) => Fault | undefined = () => undefined;
  /** Every request, for what a test wants to count. */
  public readonly requests: ApiRequest[] = [];
  /** Those that the rules did not allow. */
  public readonly refused: ApiRequest[] = [];
  /** Rules that allowed a request. */
  public readonly used = new Set<Rule>();
  /** Answers what is no object, such as a log; false where it does not know the path. */
  public serveMore: (request: ApiRequest, url: URL, response: ServerResponse) => boolean = () => false;
  /** Told of what a client made, after it is stored. */
  public onCreated: (object: StoredObject) => void = () => undefined;
  /** Told of what a client changed, after it is stored. */
  public onPatched: (object: StoredObject, path: string) => void = () => undefined;
  /** Told of a client's delete. The object goes at once, or is marked where the hook returns false. */
  public onDeleted: (object: StoredObject, path: string) => boolean = () => true;

  private readonly server: Server = createServer((request, response) => void this.answer(request, response));
  private readonly objects = new Map<string, StoredObject>();
  private readonly history: WatchEvent[] = [];
  private readonly watchers = new Set<(event: WatchEvent) => void>();
  private readonly validators = new Map<string, ValidateFunction>();
  private readonly losing: { matches: (request: ApiRequest) => boolean; left: number }[] = [];
  private version = 1000;
  private oldest = 0;

  public get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  public async close(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((done) => this.server.close(done));
  }

  /** Stores an object, new or changed, and tells the watchers. */
  public put(object: StoredObject): StoredObject {
    this.validate(object);
    const path = pathOf(object);
    const before = this.objects.get(path);
    const stored: StoredObject = {
      ...object,
      metadata: {
        ...object.metadata,
        uid: object.metadata.uid ?? before?.metadata.uid ?? randomUUID(),
        creationTimestamp: object.metadata.creationTimestamp ?? new Date().toISOString(),
        resourceVersion: String(++this.version),
      },
    };
    this.objects.set(path, stored);
    this.tell({
      collection: path.slice(0, path.lastIndexOf('/')),
      version: this.version,
      type: before === undefined ? 'ADDED' : 'MODIFIED',
      object: stored,
    });
    return stored;
  }

  public find(path: string): StoredObject | undefined {
    return this.objects.get(path);
  }

  public list(collection: string): StoredObject[] {
    return [...this.objects].filter(([path]) => parentOf(path) === collection).map(([, object]) => object);
  }

  public change(path: string, change: (object: StoredObject) => void): void {
    const object = structuredClone(this.objects.get(path));
    if (object === undefined) {
      throw new Error(`the fake has no ${path}`);
    }
    change(object);
    this.put(object);
  }

  public remove(path: string): void {
    const object = this.objects.get(path);
    if (object !== undefined) {
      this.objects.delete(path);
      this.tell({ collection: parentOf(path), version: ++this.version, type: 'DELETED', object });
    }
  }

  /** Forgets history, as etcd compaction does: watches from an older version get 410. */
  public compact(): void {
    this.history.length = 0;
    this.oldest = this.version + 1;
    this.version++;
  }

  /** Does what the next matching requests ask, then cuts the connection instead of answering. */
  public loseAnswers(matches: (request: ApiRequest) => boolean, times: number): { readonly left: number } {
    const losing = { matches, left: times };
    this.losing.push(losing);
    return losing;
  }

  /** Cuts every open watch. */
  public cutWatches(): void {
    this.server.closeAllConnections();
  }

  private tell(event: WatchEvent): void {
    this.history.push(event);
    for (const watcher of this.watchers) {
      watcher(event);
    }
  }

  private validate(object: StoredObject): void {
    const schema = (schemas as unknown as Record<string, object>)[object.kind];
    if (schema === undefined || !object.apiVersion.startsWith('postgresql.cnpg.io/')) {
      return;
    }
    let validator = this.validators.get(object.kind);
    if (validator === undefined) {
      validator = new Ajv({ strict: false, validateFormats: false }).compile(schema);
      this.validators.set(object.kind, validator);
    }
    const ok: boolean = validator(object);
    if (!ok) {
      throw new Error(`${object.kind} '${object.metadata.name}' is invalid: ${JSON.stringify(validator.errors)}`);
    }
  }

  private async answer(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    let text = '';
    for await (const chunk of incoming) {
      text += String(chunk);
    }
    const url = new URL(incoming.url ?? '/', 'http://fake');
    const request = understand(incoming.method ?? 'GET', url, text === '' ? undefined : JSON.parse(text));
    this.requests.push(request);
    if (incoming.headers.authorization !== `Bearer ${this.token}`) {
      return fail(response, 401, 'Unauthorized', 'Unauthorized');
    }
    const fault = this.fault(request);
    if (fault !== undefined) {
      if ('hang' in fault) {
        return;
      }
      if ('drop' in fault) {
        incoming.socket.resetAndDestroy();
        return;
      }
      if ('status' in fault) {
        if (fault.retryAfter !== undefined) {
          response.setHeader('retry-after', String(fault.retryAfter));
        }
        return fail(response, fault.status, fault.reason, 'injected by the test');
      }
      await new Promise((done) => setTimeout(done, fault.delayMs));
    }
    if (!this.allows(request)) {
      this.refused.push(request);
      const what = `${request.verb} resource "${request.resource}" in API group "${request.group}" named "${request.name}"`;
      return fail(response, 403, 'Forbidden', `cannot ${what}`);
    }
    const losing = this.losing.find(({ matches, left }) => left > 0 && matches(request));
    if (losing !== undefined) {
      losing.left--;
      response.write = () => true;
      response.end = () => response;
      response.writeHead = () => response;
      setImmediate(() => incoming.socket.resetAndDestroy());
    }
    try {
      this.serve(request, url, response);
    } catch (error) {
      fail(response, 422, 'Invalid', String(error));
    }
  }

  private serve(request: ApiRequest, url: URL, response: ServerResponse): void {
    const path = request.path;
    if (path === '/version') {
      return send(response, 200, { major: '1', minor: '34', gitVersion: 'v1.34.2' });
    }
    if (this.serveMore(request, url, response)) {
      return;
    }
    const object = this.objects.get(path.replace(/\/status$/, ''));
    if (request.verb === 'watch') {
      return this.watch(path, url, response);
    }
    if (request.verb === 'list') {
      const items = this.list(path).filter((item) => selected(item, url));
      return send(response, 200, {
        kind: 'List',
        apiVersion: 'v1',
        metadata: { resourceVersion: String(this.version) },
        items,
      });
    }
    if (request.verb === 'create') {
      const created = { ...(request.body as StoredObject) };
      if (this.objects.has(pathOf(created))) {
        return fail(response, 409, 'AlreadyExists', `"${created.metadata.name}" already exists`);
      }
      const stored = this.put(created);
      send(response, 201, stored);
      return this.onCreated(stored);
    }
    if (object === undefined) {
      return fail(response, 404, 'NotFound', `"${request.name}" not found`);
    }
    const wanted = request.body as StoredObject | undefined;
    const claimed = wanted?.metadata?.resourceVersion;
    if (request.verb === 'get') {
      return send(response, 200, object);
    }
    if (request.verb === 'delete') {
      const uid = request.body?.preconditions?.uid as string | undefined;
      if (uid !== undefined && uid !== object.metadata.uid) {
        return fail(response, 409, 'Conflict', 'Precondition failed: UID in precondition does not match');
      }
      if (object.metadata.deletionTimestamp === undefined && this.onDeleted(object, path)) {
        this.remove(path);
      } else if (this.objects.has(path)) {
        this.change(path, (dying) => (dying.metadata.deletionTimestamp ??= new Date().toISOString()));
      }
      return send(response, 200, object);
    }
    if (claimed !== undefined && claimed !== object.metadata.resourceVersion) {
      return fail(response, 409, 'Conflict', 'the object has been modified; please apply your changes to the latest');
    }
    const next = request.verb === 'update' ? { ...wanted! } : (merge(object, wanted) as StoredObject);
    const stored = this.put({ ...next, metadata: { ...next.metadata, uid: object.metadata.uid! } });
    this.onPatched(stored, path);
    return send(response, 200, stored);
  }

  private watch(collection: string, url: URL, response: ServerResponse): void {
    const from = Number(url.searchParams.get('resourceVersion') ?? this.version);
    response.writeHead(200, { 'content-type': 'application/json' });
    const write = (type: string, object: object) => response.write(`${JSON.stringify({ type, object })}\n`);
    if (from < this.oldest) {
      write('ERROR', {
        kind: 'Status',
        status: 'Failure',
        code: 410,
        reason: 'Expired',
        message: 'too old resource version',
      });
      response.end();
      return;
    }
    const watcher = (event: WatchEvent) => {
      if (event.collection === collection && selected(event.object, url)) {
        write(event.type, event.object);
      }
    };
    this.history.filter((event) => event.version > from).forEach(watcher);
    response.flushHeaders();
    this.watchers.add(watcher);
    response.on('close', () => this.watchers.delete(watcher));
  }

  private allows(request: ApiRequest): boolean {
    const rule = this.rules?.find(
      (rule) =>
        (rule.namespace ?? request.namespace) === request.namespace &&
        rule.apiGroups.includes(request.group) &&
        rule.resources.includes(request.resource) &&
        rule.verbs.includes(request.verb) &&
        (rule.resourceNames === undefined || rule.resourceNames.includes(request.name)),
    );
    if (rule !== undefined) {
      this.used.add(rule);
    }
    // Everybody who logs in may ask for the version (ClusterRole system:public-info-viewer).
    return this.rules === undefined || rule !== undefined || request.path === '/version';
  }
}

/** The API path of an object. */
export function pathOf(object: StoredObject): string {
  const root = object.apiVersion.includes('/') ? `/apis/${object.apiVersion}` : `/api/${object.apiVersion}`;
  const kind = object.kind.toLowerCase();
  const plural = /(s|x|ch)$/.test(kind) ? `${kind}es` : kind.endsWith('y') ? `${kind.slice(0, -1)}ies` : `${kind}s`;
  const namespace = object.metadata.namespace === undefined ? '' : `/namespaces/${object.metadata.namespace}`;
  return `${root}${namespace}/${plural}/${object.metadata.name}`;
}

function parentOf(path: string): string {
  return path.slice(0, path.lastIndexOf('/'));
}

function understand(method: string, url: URL, body: unknown): ApiRequest {
  const parts = url.pathname.split('/').filter(Boolean);
  const group = parts[0] === 'api' ? '' : (parts[1] ?? '');
  const rest = parts.slice(parts[0] === 'api' ? 2 : 3);
  const namespace = rest[0] === 'namespaces' && rest.length > 2 ? rest[1]! : '';
  const [plural = '', named = '', sub] = namespace === '' ? rest : rest.slice(2);
  const fields = /metadata\.name=([^,]+)/.exec(url.searchParams.get('fieldSelector') ?? '');
  const verbs = { GET: 'get', POST: 'create', PUT: 'update', PATCH: 'patch', DELETE: 'delete' } as const;
  const verb = verbs[method as keyof typeof verbs];
  return {
    verb: verb === 'get' && named === '' ? (url.searchParams.has('watch') ? 'watch' : 'list') : verb,
    group,
    resource: sub === undefined ? plural : `${plural}/${sub}`,
    namespace,
    name: named === '' ? (fields?.[1] ?? '') : named,
    path: url.pathname,
    body,
  };
}

function selected(object: StoredObject, url: URL): boolean {
  const labels = (url.searchParams.get('labelSelector') ?? '').split(',').filter(Boolean);
  const fields = (url.searchParams.get('fieldSelector') ?? '').split(',').filter(Boolean);
  return (
    fields.every((field) => {
      const [path = '', value] = field.split('=');
      return path.split('.').reduce<any>((part, key) => part?.[key], object) === value;
    }) &&
    labels.every((label) => {
      const [key = '', value] = label.split('=');
      return object.metadata.labels?.[key] === value;
    })
  );
}

function merge(into: unknown, patch: unknown): unknown {
  if (typeof patch !== 'object' || patch === null || Array.isArray(patch)) {
    return patch;
  }
  const result: Record<string, unknown> = { ...(into as Record<string, unknown>) };
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) {
      delete result[key];
    } else {
      result[key] = merge(result[key], value);
    }
  }
  return result;
}

function send(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify(body));
}

export function fail(response: ServerResponse, code: number, reason: string, message: string): void {
  send(response, code, { kind: 'Status', apiVersion: 'v1', status: 'Failure', code, reason, message });
}
