import { sizeText } from './_size';
import type { DecisionRecordProps } from './decision-record';
import type { GitOpsFacts } from './gitops-facts';

/** Nodes beyond these are only counted: a picture of fifty says nothing. */
const MOST_NODES = 6;

/** Nodes, instances, replicas and the flows between them, and the units in their order, as Mermaid that GitHub draws. */
export function serviceDiagram(props: DecisionRecordProps, gitops: GitOpsFacts): string {
  const units = gitops.units.length === 0 ? '' : `\n\nWhat is applied after what:\n\n${mermaid(unitLines(gitops))}`;
  return `Any instance can be the primary; here it is the first.\n\n${mermaid(serviceLines(props))}${units}`;
}

function serviceLines({ database, api, companions = [], access }: DecisionRecordProps): string[] {
  const { platform, instances, objectStore } = database;
  const shown = platform.nodes.slice(0, Math.max(instances, Math.min(platform.nodes.length, MOST_NODES)));
  const rest = platform.nodes.length - shown.length;
  const standbys = Array.from({ length: instances - 1 }, (_, i) => `db${i + 2}`).join(' & ');
  const replicas = Array.from({ length: api.replicas }, (_, i) => `api${i + 1}`);
  const disk = `${sizeText(database, 'storage')} + ${sizeText(database, 'walStorage')} WAL`;
  return [
    `subgraph platform["${platform.name}"]`,
    `  svc["Service ${api.name}:${api.port}"]`,
    ...companions.map((part, i) => `  part${i + 1}["${part.name}:${part.port}"]`),
    `  rw["Service ${database.name}-rw:${database.connection.port}"]`,
    ...shown.flatMap((node, n) => [
      `  subgraph node${n + 1}["${node}"]`,
      ...replicas.filter((_, i) => i % shown.length === n).map((id) => `    ${id}["${api.name}"]`),
      ...(n < instances ? [`    db${n + 1}[("${database.name}-${n + 1}<br/>${disk}")]`] : []),
      '  end',
    ]),
    ...(rest === 0 ? [] : [`  more["${rest} more nodes"]`]),
    'end',
    `store[("${objectStore.destination}")]`,
    ...(access?.peers ?? []).map((peer, i) => `client${i + 1}["${peer.name}"] --> svc`),
    ...(access?.operators ?? []).map((group, i) => `operator${i + 1}["${group.name}"] -.->|"port-forward"| svc`),
    ...companions.map((_, i) => `part${i + 1} --> svc`),
    `svc --> ${replicas.join(' & ')}`,
    `${replicas.join(' & ')} --> rw`,
    'rw --> db1',
    `db1 -->|"synchronous: ${database.synchronous.method} ${database.synchronous.number}"| ${standbys}`,
    'db1 -->|"WAL, base backups"| store',
  ];
}

function unitLines({ units, unitEdges }: GitOpsFacts): string[] {
  const id = (unit: string) => `unit${units.indexOf(unit) + 1}`;
  return [
    ...units.map((unit) => `${id(unit)}["${unit}"]`),
    ...unitEdges.map(([later, earlier]) => `${id(earlier)} --> ${id(later)}`),
  ];
}

function mermaid(lines: readonly string[]): string {
  return `\`\`\`mermaid\nflowchart LR\n${lines.map((line) => `  ${line}`).join('\n')}\n\`\`\``;
}
