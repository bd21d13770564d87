import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';

export interface Rule {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly resourceNames?: readonly string[];
  readonly verbs: readonly string[];
}

export interface FakeApi {
  readonly url: string;
  /** `verb resource[/subresource] [name]` of each request that was judged, and whether it was allowed. */
  readonly requests: string[];
  close(): Promise<void>;
}

const NAMESPACE = 'shop';
const POD = 'shop-api-5d4f-abcde';

/**
 * A stand-in for the API server: discovery, one Service with one running pod, and the RBAC rules it is given. It
 * answers the upgrade of a port-forward and forwards nothing. From Kubernetes 1.35 on a WebSocket upgrade needs
 * `create` besides `get`, which `strict` turns on.
 */
export async function fakeApi(rules: readonly Rule[], strict: boolean): Promise<FakeApi> {
  const requests: string[] = [];
  const allowed = (verb: string, resource: string, name?: string) => {
    const yes = rules.some(
      (rule) =>
        rule.apiGroups.includes('') &&
        rule.resources.includes(resource) &&
        rule.verbs.includes(verb) &&
        (rule.resourceNames === undefined || (name !== undefined && rule.resourceNames.includes(name))),
    );
    requests.push(`${yes ? 'allowed' : 'denied'} ${verb} ${resource}${name === undefined ? '' : ` ${name}`}`);
    return yes;
  };
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://api');
    const body = answer(request, url, allowed);
    response.writeHead(body.code ?? 200, { 'content-type': 'application/json' });
    response.end(JSON.stringify(body.object));
  });
  const upgraded = new Set<Duplex>();
  server.on('upgrade', (request, socket) => {
    upgraded.add(socket);
    const url = new URL(request.url ?? '/', 'http://api');
    const name = /\/pods\/([^/]+)\/portforward$/.exec(url.pathname)?.[1] ?? '';
    const verb = request.method === 'GET' ? 'get' : 'create';
    const may = allowed(verb, 'pods/portforward', name) && (!strict || allowed('create', 'pods/portforward', name));
    socket.on('error', () => undefined);
    if (!may) {
      const text = JSON.stringify({ kind: 'Status', status: 'Failure', reason: 'Forbidden', code: 403, message: 'no' });
      socket.end(
        `HTTP/1.1 403 Forbidden\r\ncontent-type: application/json\r\ncontent-length: ${text.length}\r\n\r\n${text}`,
      );
      return;
    }
    const key = request.headers['sec-websocket-key'];
    const accept = createHash('sha1').update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest('base64');
    const protocol = request.headers['sec-websocket-protocol'];
    socket.write(
      key === undefined
        ? 'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: SPDY/3.1\r\nX-Stream-Protocol-Version: portforward.k8s.io\r\n\r\n'
        : `HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Accept: ${accept}\r\nSec-WebSocket-Protocol: ${protocol}\r\n\r\n`,
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
        upgraded.forEach((socket) => socket.destroy());
      }),
  };
}

interface Answer {
  readonly code?: number;
  readonly object: unknown;
}

function answer(
  request: IncomingMessage,
  url: URL,
  allowed: (verb: string, resource: string, name?: string) => boolean,
): Answer {
  if (url.pathname === '/api') {
    return { object: { kind: 'APIVersions', versions: ['v1'] } };
  }
  if (url.pathname === '/apis') {
    return { object: { kind: 'APIGroupList', apiVersion: 'v1', groups: [] } };
  }
  if (url.pathname === '/api/v1') {
    const resource = (name: string, kind: string) => ({
      name,
      kind,
      namespaced: true,
      singularName: '',
      verbs: ['get', 'list'],
    });
    const resources = [resource('pods', 'Pod'), resource('services', 'Service')];
    return { object: { kind: 'APIResourceList', groupVersion: 'v1', resources } };
  }
  const path = new RegExp(`^/api/v1/namespaces/${NAMESPACE}/(pods|services)(?:/([^/]+))?$`).exec(url.pathname);
  const verb = url.searchParams.has('watch') ? 'watch' : path?.[2] === undefined ? 'list' : 'get';
  if (request.method !== 'GET' || path === null || !allowed(verb, path[1]!, path[2])) {
    return { code: 403, object: { kind: 'Status', status: 'Failure', reason: 'Forbidden', code: 403, message: 'no' } };
  }
  if (path[1] === 'services') {
    return { object: SERVICE };
  }
  return {
    object:
      path[2] === undefined ? { kind: 'PodList', apiVersion: 'v1', metadata: {}, items: [POD_OBJECT] } : POD_OBJECT,
  };
}

const SERVICE = {
  kind: 'Service',
  apiVersion: 'v1',
  metadata: { name: 'shop-api', namespace: NAMESPACE },
  spec: {
    type: 'ClusterIP',
    clusterIP: '10.0.0.1',
    selector: { 'app.kubernetes.io/name': 'shop-api' },
    ports: [{ name: 'http', port: 8000, targetPort: 'http', protocol: 'TCP' }],
  },
};

const POD_OBJECT = {
  kind: 'Pod',
  apiVersion: 'v1',
  metadata: { name: POD, namespace: NAMESPACE, labels: { 'app.kubernetes.io/name': 'shop-api' } },
  spec: { containers: [{ name: 'api', ports: [{ name: 'http', containerPort: 8000, protocol: 'TCP' }] }] },
  status: { phase: 'Running', conditions: [{ type: 'Ready', status: 'True' }] },
};
