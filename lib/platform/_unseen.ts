import type { Manifest } from '../gitops/rendered';
import { selects } from '../policy/world';
import { HOSTNAME } from './_eligible';
import { at, list, text } from './_read';

const OTHER_KINDS = ['StatefulSet', 'DaemonSet', 'ReplicaSet', 'ReplicationController'];
const REQUIRED = 'requiredDuringSchedulingIgnoredDuringExecution';

/** What in the objects decides where pods are and is not in the proof, one sentence each. */
export function unseenIn(manifests: readonly Manifest[]): string[] {
  const judged = manifests.filter(({ kind, apiVersion }) => kind === 'Deployment' || isCluster(kind, apiVersion));
  const room = 'Room is taken for granted: CPU and memory of the nodes are not known here.';
  return [
    ...judged.flatMap(unseenOf),
    ...manifests
      .filter(({ kind }) => OTHER_KINDS.includes(kind))
      .map(({ kind, metadata }) => `${kind}/${metadata.name} is not judged: only Deployments and Clusters are.`),
    ...(judged.length > 0 ? [room] : []),
  ];
}

function unseenOf(manifest: Manifest): string[] {
  const object = `${manifest.kind}/${manifest.metadata.name}`;
  const cluster = isCluster(manifest.kind, manifest.apiVersion);
  const pod = (path: string): unknown => at(manifest, cluster ? `spec.${path}` : `spec.template.spec.${path}`);
  const labels = cluster
    ? { 'cnpg.io/cluster': manifest.metadata.name }
    : at(manifest, 'spec.template.metadata.labels');
  const away = list(
    cluster ? pod(`affinity.additionalPodAntiAffinity.${REQUIRED}`) : pod(`affinity.podAntiAffinity.${REQUIRED}`),
  );
  const near = list(
    cluster ? pod(`affinity.additionalPodAffinity.${REQUIRED}`) : pod(`affinity.podAffinity.${REQUIRED}`),
  );
  const spreads = list(pod('topologySpreadConstraints')).filter(
    (constraint) => at(constraint, 'whenUnsatisfiable') !== 'ScheduleAnyway',
  );
  const own = cluster && pod('affinity.podAntiAffinityType') === 'required' ? [pod('affinity')] : [];
  const keys = [...own, ...away, ...spreads].map((rule) => text(at(rule, 'topologyKey'), HOSTNAME));
  const zones = [...new Set(keys)].filter((key) => key !== HOSTNAME);
  // Of a Cluster's own rules only the built-in one is read.
  const others = away.filter(
    (term) => cluster || !selects(at(term, 'labelSelector'), (labels ?? {}) as Record<string, string>),
  );
  return [
    ...zones.map(
      (key) =>
        `${object} has a hard rule over '${key}', which the proof does not know: it may leave pods without a place, and it ` +
        `does not keep two of them off one node for the proof.`,
    ),
    ...(others.length > 0 ? [`${object} must keep away from other pods, which may take its place on a node.`] : []),
    ...(near.length > 0 ? [`${object} must be near other pods, and is gone where they are.`] : []),
  ];
}

function isCluster(kind: string, apiVersion: string): boolean {
  return kind === 'Cluster' && apiVersion.startsWith('postgresql.cnpg.io/');
}
