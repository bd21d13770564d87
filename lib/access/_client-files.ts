import type { Forward } from './_local-ports';
import type { PrivateAccess } from './private-access';

/** Where a client runs: in the cluster, or on a machine that forwards ports. */
export type Place = 'cluster' | 'local';

/** Base address of a part of the service, without a final slash. */
export function baseUrl(access: PrivateAccess, place: Place, forward: Forward): string {
  const { name, namespace } = forward.part;
  return place === 'local' ? `http://127.0.0.1:${forward.local}` : `http://${name}.${namespace}.svc:${forward.port}`;
}

/** The forward of a part's main port. */
export function mainForward(access: PrivateAccess, part = access.api): Forward {
  return access.forwards.find((forward) => forward.part === part && forward.name === 'http')!;
}

export function clusterEnvironment(access: PrivateAccess): string {
  return environment(access, 'cluster', `Addresses of ${access.api.service} for pods that are let in.`);
}

export function localEnvironment(access: PrivateAccess): string {
  return environment(
    access,
    'local',
    `Addresses of ${access.api.service} on a machine that forwards its ports. They work while the forward runs.`,
  );
}

/** `.mcp.json`, to be merged into the client's own. */
export function mcpJson(access: PrivateAccess, place: Place): string {
  const { mcp, api } = access;
  const base = baseUrl(access, place, mainForward(access));
  const forward = access.forwards.find(
    (x) => x.part === api && mcp !== undefined && 'port' in mcp && x.name === mcp.port,
  );
  const server =
    mcp !== undefined && 'command' in mcp
      ? { type: 'stdio', command: mcp.command, args: [...(mcp.args ?? [])], env: { API_BASE: base } }
      : { type: 'http', url: `${baseUrl(access, place, forward!)}${mcp === undefined ? '' : mcp.path}` };
  return `${JSON.stringify({ mcpServers: { [api.service]: server } }, undefined, 2)}\n`;
}

/** A template unit; its instance is the name of the Service to forward. */
export function systemdUnit(access: PrivateAccess): string {
  const { service } = access.api;
  return `# Keeps ports of ${service} open on this machine: ~/.config/systemd/user/${service}-port-forward@.service
[Unit]
Description=Port-forward to %i
StartLimitIntervalSec=0

[Service]
ExecStart=%h/.local/bin/${service}-port-forward.sh %i
Restart=always
RestartSec=2

[Install]
WantedBy=default.target
`;
}

/** One Host a tunnel. The names of Services are resolved at the far end, in the cluster. */
export function sshConfig(access: PrivateAccess): string {
  const hosts = access.tunnels.map(({ name, host, port, user }) => {
    const forwards = access.forwards.map(
      (x) => `  LocalForward 127.0.0.1:${x.local} ${x.part.name}.${x.part.namespace}.svc:${x.port}`,
    );
    return [
      `Host ${access.api.service}-${name}`,
      `  HostName ${host}`,
      ...(port === undefined ? [] : [`  Port ${port}`]),
      ...(user === undefined ? [] : [`  User ${user}`]),
      ...forwards,
      '  ExitOnForwardFailure yes',
      '  GatewayPorts no',
      '  RequestTTY no',
      '  ServerAliveInterval 15',
      '  ServerAliveCountMax 2',
    ].join('\n');
  });
  return `# Tunnels to ${access.api.service}. Include this file from ~/.ssh/config.\n${hosts.join('\n\n')}\n`;
}

function environment(access: PrivateAccess, place: Place, comment: string): string {
  const lines = access.parts.map((part) => {
    const name = part === access.api ? 'API_BASE' : `${part.name.toUpperCase().replace(/-/g, '_')}_URL`;
    return `${name}=${baseUrl(access, place, mainForward(access, part))}`;
  });
  return `# ${comment}\n${lines.join('\n')}\n`;
}
