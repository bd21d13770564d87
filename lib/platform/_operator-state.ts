import { at } from './_read';

/**
 * Annotations that stop the operator from failing over, whatever the spec says.
 *
 * Source: CloudNativePG 1.30 documentation, Labels and annotations; Fencing; Declarative hibernation.
 */
export function switchedOff(cluster: unknown): string | undefined {
  const says = (name: string): string => `annotation '${name}' is '${annotation(cluster, name)}'`;
  if (annotation(cluster, 'cnpg.io/reconciliationLoop') === 'disabled') {
    return `${says('cnpg.io/reconciliationLoop')}: the operator does nothing for this cluster, not even a failover`;
  }
  if (annotation(cluster, 'cnpg.io/hibernation') === 'on') {
    return `${says('cnpg.io/hibernation')}: no instance runs`;
  }
  const fenced = annotation(cluster, 'cnpg.io/fencedInstances');
  if (fenced !== undefined && !['', '[]'].includes(fenced.replace(/\s/g, ''))) {
    return `${says('cnpg.io/fencedInstances')}: a fenced instance is stopped, and a fenced primary is not replaced`;
  }
  return undefined;
}

/** Whether WAL is archived, by annotation: the plugin alone does not decide it. */
export function skipsArchiving(cluster: unknown): boolean {
  return annotation(cluster, 'cnpg.io/skipWalArchiving') === 'enabled';
}

/** The failover quorum that the deprecated annotation asks for; it wins over the field. */
export function failoverQuorumOverride(cluster: unknown): boolean | undefined {
  const value = annotation(cluster, 'alpha.cnpg.io/failoverQuorum');
  return value === undefined ? undefined : ['1', 't', 'T', 'TRUE', 'true', 'True'].includes(value);
}

function annotation(cluster: unknown, name: string): string | undefined {
  const annotations = at(cluster, 'metadata.annotations');
  const value =
    typeof annotations === 'object' && annotations !== null
      ? (annotations as Record<string, unknown>)[name]
      : undefined;
  return typeof value === 'string' ? value : undefined;
}
