import type { ApiObject } from 'cdk8s';
import { Construct } from 'constructs';
import { checkImage } from '../_image';
import { checkDnsLabel } from '../_names';
import { checkPort } from '../_port';
import { refuse } from '../_refuse';
import type { ApiService } from '../api/api-service';
import { Document } from '../docs/document';
import type { Peer } from '../network/peer';
import { accessDocument } from './_access-document';
import { checkScript } from './_check-script';
import { localEnvironment, clusterEnvironment, mcpJson, sshConfig, systemdUnit } from './_client-files';
import { keepPortForwardScript } from './_keep-port-forward';
import { type Forward, localForwards } from './_local-ports';
import { portForwardBinding, portForwardRole } from './_port-forward-role';

/** People who may forward ports of the service to their own machine. */
export interface OperatorGroup {
  /** Short name, a DNS label; it becomes part of the RoleBinding's name. */
  readonly name: string;

  /** The group as the API server sees it, one of those that `kubectl auth whoami` prints: `oidc:state-hub-operators`. */
  readonly group: string;
}

/** Pods of the cluster in which an ssh tunnel from outside ends. They reach the service as any other client does. */
export interface TunnelTarget extends Peer {
  /** Address of the ssh server, as people outside reach it. */
  readonly host: string;

  /**
   * TCP port of the ssh server.
   * @default 22
   */
  readonly port?: number;

  /**
   * Account on the ssh server.
   * @default - the one that the person's own ssh configuration names
   */
  readonly user?: string;
}

/** How an MCP client starts or finds the service's MCP server. */
export type McpServer =
  /** A program on the client's machine that calls the API and reads its address from `API_BASE`. */
  | { readonly command: string; readonly args?: readonly string[] }
  /** The service itself speaks MCP over HTTP, on one of the API's ports, by name, below a path. */
  | { readonly port: string; readonly path: string };

/** Properties for `PrivateAccess`. */
export interface PrivateAccessProps {
  /** The API to reach. */
  readonly api: ApiService;

  /**
   * Parts beside the API that the same clients may reach, such as a dashboard. They must be in the API's namespace.
   * @default - none
   */
  readonly companions?: readonly ApiService[];

  /**
   * Pods of the cluster that may call the service.
   * @default - none
   */
  readonly clients?: readonly Peer[];

  /**
   * Pods of the cluster in which tunnels from outside end.
   * @default - none
   */
  readonly tunnels?: readonly TunnelTarget[];

  /**
   * Groups of people who may forward ports to their machine, with no other right in the cluster.
   * @default - none
   */
  readonly operators?: readonly OperatorGroup[];

  /**
   * The MCP server that agents use.
   * @default - none: no `.mcp.json` is written
   */
  readonly mcp?: McpServer;

  /**
   * Context of the kubeconfig on operator machines.
   * @default - the current context of whoever runs it
   */
  readonly kubeContext?: string;

  /**
   * First local port that is tried is the service's own port plus this, for machines that reach several services.
   * @default 0
   */
  readonly localPortOffset?: number;

  /**
   * Image with `sh` and `wget` for the pods with which `check.sh` proves who is let in.
   * @default 'docker.io/library/busybox:1.37.0'
   */
  readonly checkImage?: string;

  /**
   * Folder of the client's files, below `dist/docs`.
   * @default - `<service>/access`
   */
  readonly folder?: string;
}

/** Groups that hold everybody, or that RBAC never asks about. */
const TOO_WIDE = /^system:(masters|authenticated|unauthenticated|nodes|serviceaccounts(:.*)?|anonymous)$|^\*$/;

/**
 * Who may reach a service, and how: never from outside the cluster, except through an ssh tunnel that ends in a pod or
 * through a port-forward that the API server authorizes.
 *
 * It opens the network path for the declared pods, gives each operator group the few rights that
 * `kubectl port-forward service/NAME` needs, and writes the client's side to `dist/docs`: MCP and ssh configuration,
 * environment, a systemd user unit, and a script that proves that clients are let in and strangers are not. It makes
 * no Ingress, and no Service at all.
 */
export class PrivateAccess extends Construct {
  public readonly api: ApiService;
  public readonly companions: readonly ApiService[];
  public readonly clients: readonly Peer[];
  public readonly tunnels: readonly TunnelTarget[];
  public readonly operators: readonly OperatorGroup[];
  public readonly mcp: McpServer | undefined;
  public readonly kubeContext: string | undefined;
  public readonly checkImage: string;
  /** Folder of the client's files, below `dist/docs`. */
  public readonly folder: string;
  /** What each local port of an operator machine leads to. */
  public readonly forwards: readonly Forward[];
  /** The Role for port-forward, the way out for what the properties do not cover; undefined without operators. */
  public readonly role: ApiObject | undefined;

  /** @throws if a client has no selector, a name is used twice, or a group would let everybody in */
  public constructor(scope: Construct, id: string, props: PrivateAccessProps) {
    super(scope, id);
    this.api = props.api;
    this.companions = [...(props.companions ?? [])];
    this.clients = [...(props.clients ?? [])];
    this.tunnels = [...(props.tunnels ?? [])];
    this.operators = [...(props.operators ?? [])];
    this.mcp = props.mcp;
    this.kubeContext = props.kubeContext;
    this.checkImage = props.checkImage ?? 'docker.io/library/busybox:1.37.0';
    this.folder = props.folder ?? `${this.api.service}/access`;

    this.checkPeers();
    this.checkOperators();
    this.checkClientSide(props.localPortOffset ?? 0);
    this.forwards = localForwards(this, this.parts, props.localPortOffset ?? 0);

    for (const part of this.parts) {
      this.peers.forEach(({ name, namespace, podLabels }) =>
        part.addClient({ name, namespace, podLabels: { ...podLabels } }),
      );
    }
    this.role = this.operators.length > 0 ? portForwardRole(this) : undefined;
    this.operators.forEach((group) => portForwardBinding(this, group));
    this.writeDocuments();
  }

  /** The API and its companions. */
  public get parts(): readonly ApiService[] {
    return [this.api, ...this.companions];
  }

  /** All pods that are let in, tunnels included. */
  public get peers(): readonly Peer[] {
    return [...this.clients, ...this.tunnels];
  }

  private checkPeers(): void {
    const names = new Set<string>();
    for (const peer of this.peers as readonly (Peer | null)[]) {
      if (typeof peer !== 'object' || peer === null || typeof peer.name !== 'string') {
        refuse(this, `'clients' and 'tunnels' must each have a 'name', got ${JSON.stringify(peer) ?? 'nothing'}`);
      }
      if (typeof peer.namespace !== 'string') {
        refuse(
          this,
          `'namespace' of client '${peer.name}' must be the namespace that its pods run in, got ${JSON.stringify(peer.namespace) ?? 'nothing'}`,
        );
      }
      if (Object.keys(peer.podLabels ?? {}).length === 0) {
        refuse(
          this,
          `'podLabels' of client '${peer.name}' must select pods by at least one label, got none; without it the service would be open to all of namespace '${peer.namespace}'`,
        );
      }
      const bad = Object.entries(peer.podLabels).find(([key, value]) => !isLabel(key, value));
      if (bad !== undefined) {
        refuse(this, `'podLabels' of client '${peer.name}' must be Kubernetes labels, got '${bad[0]}': '${bad[1]}'`);
      }
      if (names.has(peer.name)) {
        refuse(this, `'clients' and 'tunnels' must have different names, got '${peer.name}' twice`);
      }
      names.add(peer.name);
    }
    for (const { name, host, port, user } of this.tunnels) {
      if (typeof host !== 'string' || !/^[a-zA-Z0-9]([-.a-zA-Z0-9]*[a-zA-Z0-9])?$/.test(host)) {
        refuse(this, `'host' of tunnel '${name}' must be a host name or IPv4 address, got '${host}'`);
      }
      if (user !== undefined && !/^[a-z_][-.a-z0-9_]*$/.test(user)) {
        refuse(this, `'user' of tunnel '${name}' must be a plain account name, got '${user}'`);
      }
      checkPort(this, `tunnels.${name}.port`, port ?? 22);
    }
    const outside = this.companions.find((part) => part.namespace !== this.api.namespace);
    if (outside !== undefined) {
      refuse(
        this,
        `'companions' must be in the API's namespace '${this.api.namespace}', got '${outside.name}' in '${outside.namespace}'`,
      );
    }
  }

  private checkOperators(): void {
    const names = new Set<string>();
    for (const { name, group } of this.operators) {
      checkDnsLabel(this, 'operators.name', name, 30);
      if (names.has(name)) {
        refuse(this, `'operators' must have different names, got '${name}' twice`);
      }
      names.add(name);
      if (typeof group !== 'string' || !/^\S+$/.test(group)) {
        refuse(
          this,
          `'group' of operators '${name}' must be one word, as 'kubectl auth whoami' prints it, got '${group}'`,
        );
      }
      if (TOO_WIDE.test(group)) {
        refuse(this, `'group' of operators '${name}' must be a group of people, got '${group}', which holds far more`);
      }
    }
  }

  private checkClientSide(offset: number): void {
    checkImage(this, 'checkImage', this.checkImage);
    if (this.kubeContext !== undefined && !/^[-.:@/\w]+$/.test(this.kubeContext)) {
      refuse(this, `'kubeContext' must be one word, got '${this.kubeContext}'`);
    }
    if (!Number.isInteger(offset) || offset < 0 || offset > 60_000) {
      refuse(this, `'localPortOffset' must be a whole number from 0 to 60000, got ${offset}`);
    }
    if (this.mcp !== undefined && 'port' in this.mcp) {
      if (this.api.ports[this.mcp.port] === undefined) {
        refuse(
          this,
          `'mcp.port' must be a port of the API, one of ${Object.keys(this.api.ports).join(', ')}, got '${this.mcp.port}'`,
        );
      }
      if (!/^\/\S*$/.test(this.mcp.path)) {
        refuse(this, `'mcp.path' must start with '/', got '${this.mcp.path}'`);
      }
    }
  }

  private writeDocuments(): void {
    const service = this.api.service;
    const files: Record<string, () => string> = {
      'README.md': () => accessDocument(this),
      'check.sh': () => checkScript(this),
      'cluster/service.env': () => clusterEnvironment(this),
      'local/service.env': () => localEnvironment(this),
    };
    if (this.mcp !== undefined) {
      files['cluster/.mcp.json'] = () => mcpJson(this, 'cluster');
      files['local/.mcp.json'] = () => mcpJson(this, 'local');
    }
    if (this.operators.length > 0) {
      files[`local/${service}-port-forward.sh`] = () => keepPortForwardScript(this);
      files[`local/${service}-port-forward@.service`] = () => systemdUnit(this);
    }
    if (this.tunnels.length > 0) {
      files['local/ssh_config'] = () => sshConfig(this);
    }
    for (const [path, produce] of Object.entries(files)) {
      new Document(this, `Document-${path.replace(/\W+/g, '-')}`, { path: `${this.folder}/${path}`, produce });
    }
  }
}

function isLabel(key: string, value: unknown): boolean {
  if (typeof value !== 'string') {
    return false;
  }
  const name = /^([A-Za-z0-9]([-._A-Za-z0-9]*[A-Za-z0-9])?)$/;
  const [prefix, rest] = key.includes('/') ? key.split('/', 2) : [undefined, key];
  return (
    (prefix === undefined || /^[a-z0-9]([-.a-z0-9]*[a-z0-9])?$/.test(prefix)) &&
    name.test(rest ?? '') &&
    (rest ?? '').length <= 63 &&
    value.length <= 63 &&
    (value === '' || name.test(value))
  );
}
