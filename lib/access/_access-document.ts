import { baseUrl, mainForward, type Place } from './_client-files';
import type { PrivateAccess } from './private-access';
import { roleName } from './_port-forward-role';

/** `README.md` of the access folder: who may reach the service, and each way to do it. */
export function accessDocument(access: PrivateAccess): string {
  const sections = [
    head(access),
    ...(access.clients.length > 0 ? [inCluster(access)] : []),
    ...(access.operators.length > 0 ? [byPortForward(access)] : []),
    ...(access.tunnels.length > 0 ? [byTunnel(access)] : []),
    proof(),
  ];
  return sections.join('\n');
}

function head(access: PrivateAccess): string {
  const { service, namespace } = access.api;
  const known = new Set([...access.peers, ...access.companions].map(({ name }) => name));
  const callers = access.api.clients.filter(({ name }) => !known.has(name));
  const rows = [
    ...[...access.clients, ...callers].map(
      (x) => `| ${x.name} | pods ${labels(x.podLabels)} in namespace \`${x.namespace}\` | network |`,
    ),
    ...access.tunnels.map(
      (x) =>
        `| ${x.name} | ssh to \`${x.host}\`, which ends in pods ${labels(x.podLabels)} in namespace \`${x.namespace}\` | network |`,
    ),
    ...access.operators.map(
      (x) => `| ${x.name} | group \`${x.group}\`, by port-forward | Role \`${roleName(access)}\` |`,
    ),
  ];
  const addresses = access.forwards.map(
    (x) => `| ${x.part.name} ${x.name} | ${baseUrl(access, 'cluster', x)} | ${baseUrl(access, 'local', x)} |`,
  );
  return `# Access to ${service}

Private: no Ingress, no NodePort, no LoadBalancer. Beside Prometheus and the service's own parts, only these get through;
everybody else is refused by NetworkPolicies in namespace \`${namespace}\`.

| who | how | what lets them in |
| --- | --- | --- |
${rows.length > 0 ? rows.join('\n') : '| nobody | | |'}

| port | in the cluster | on an operator machine |
| --- | --- | --- |
${addresses.join('\n')}
`;
}

function inCluster(access: PrivateAccess): string {
  return `## From the cluster

The pod's namespace must also let its traffic out, where it has NetworkPolicies of its own. Environment:
[cluster/service.env](cluster/service.env)${mcpLink(access, 'cluster')}.
`;
}

function byPortForward(access: PrivateAccess): string {
  const { service, namespace } = access.api;
  const script = `${service}-port-forward.sh`;
  const units = access.parts.map((part) => `${service}-port-forward@${part.name}`).join(' ');
  return `## From an operator machine

Needs kubectl, curl and a kubeconfig of one of the groups above. The group may forward ports of any pod in namespace
\`${namespace}\`, and do nothing else: Kubernetes cannot bind this right to some pods. PostgreSQL asks for a password all
the same.

In the folder \`local\`, once; then again whenever these files change:

\`\`\`sh
install -D -m 755 ${script} ~/.local/bin/${script}
install -D -m 644 ${service}-port-forward@.service ~/.config/systemd/user/${service}-port-forward@.service
systemctl --user daemon-reload
systemctl --user enable --now ${units}
loginctl enable-linger
\`\`\`

Without systemd, each in a terminal of its own:

${access.parts.map((part) => `\`\`\`sh\nwhile true; do ./${script} ${part.name}; sleep 2; done\n\`\`\`\n`).join('\n')}
Addresses: [local/service.env](local/service.env)${mcpLink(access, 'local')}.${dashboards(access)}

When it does not work:

\`\`\`sh
systemctl --user status ${units}
journalctl --user --unit '${service}-port-forward@*' --since -10min
kubectl --namespace ${namespace} auth can-i create pods --subresource portforward
\`\`\`
`;
}

function byTunnel(access: PrivateAccess): string {
  const { service } = access.api;
  return `## Through the tunnel

Once: put \`Include ~/.ssh/${service}.conf\` at the top of \`~/.ssh/config\`, and in the folder \`local\`:

\`\`\`sh
install -D -m 600 ssh_config ~/.ssh/${service}.conf
\`\`\`

Then, for as long as it is needed:

\`\`\`sh
${access.tunnels.map((tunnel) => `ssh -N ${service}-${tunnel.name}`).join('\n')}
\`\`\`

It opens the same addresses on this machine as the port-forward; use one of the two.
`;
}

function proof(): string {
  return `## Prove it

\`\`\`sh
sh check.sh local
sh check.sh cluster
\`\`\`

\`local\` asks each part on this machine. \`cluster\` starts pods: one as each client, which must get through, and strangers
without a client's labels, which must not: one in namespace \`default\`, one beside each client. It needs the right to
create pods there.

A refusal alone proves little, because a broken network refuses everybody. So a stranger's refusal counts only if the same
pod reaches the Kubernetes API, and only beside a client that gets through. No stranger is put into the service's own
namespace: what is there cannot get out without a policy, so its refusal would say nothing of who is let in. A \`note\` is a
stranger whose namespace lets nothing out; at least one must get out, or the check fails.

Run it after each change of access, and after a change of the cluster's network.
`;
}

function mcpLink(access: PrivateAccess, place: Place): string {
  return access.mcp === undefined
    ? ''
    : `; for MCP clients, merge [${place}/.mcp.json](${place}/.mcp.json) into theirs`;
}

function dashboards(access: PrivateAccess): string {
  const links = access.companions.map(
    (part) => `${part.name} at <${baseUrl(access, 'local', mainForward(access, part))}/>`,
  );
  return links.length === 0 ? '' : ` Open ${links.join(', ')} in a browser.`;
}

function labels(podLabels: Readonly<Record<string, string>>): string {
  return Object.entries(podLabels)
    .map(([key, value]) => `\`${key}=${value}\``)
    .join(' and ');
}
