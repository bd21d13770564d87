import { at, list, text } from './_read';
import type { Workload } from './_workload';

/** Fields of a pod's spec that are in the proof, or decide neither where a pod is nor whether it is ready. */
const KNOWN = new Set([
  'affinity',
  'automountServiceAccountToken',
  'containers',
  'dnsConfig',
  'dnsPolicy',
  'enableServiceLinks',
  'hostAliases',
  'hostIPC',
  'hostNetwork',
  'hostPID',
  'hostname',
  'imagePullSecrets',
  'initContainers',
  'nodeName',
  'nodeSelector',
  'preemptionPolicy',
  'priority',
  'priorityClassName',
  'restartPolicy',
  'securityContext',
  'serviceAccount',
  'serviceAccountName',
  'setHostnameAsFQDN',
  'shareProcessNamespace',
  'subdomain',
  'terminationGracePeriodSeconds',
  'tolerations',
  'topologySpreadConstraints',
  'volumes',
]);
/** Volumes that start empty, or are filled from the API, on any node. */
const MOVABLE = ['emptyDir', 'configMap', 'secret', 'projected', 'downwardAPI', 'image'];
/** What any node has some of. */
const ORDINARY = ['cpu', 'memory', 'ephemeral-storage'];
/** Fields of a Cluster that change who confirms a commit, which pods there are or what they ask for. */
const OF_CLUSTERS = [
  'nodeMaintenanceWindow.inProgress',
  'replica.enabled',
  'minSyncReplicas',
  'maxSyncReplicas',
  'postgresql.syncReplicaElectionConstraint.enabled',
  'postgresql.synchronous.maxStandbyNamesFromCluster',
  'postgresql.synchronous.standbyNamesPre',
  'postgresql.synchronous.standbyNamesPost',
];

/** Fields of a workload that the proof does not know, one sentence each. */
export function unseenFields(workload: Workload): string[] {
  const { isDatabase, object, schedulerName, tolerations } = workload;
  const fields = [
    ...(isDatabase ? clusterFields(workload) : podFields(workload)),
    ...([undefined, '', 'default-scheduler'].includes(schedulerName as string | undefined) ? [] : ['schedulerName']),
    ...list(tolerations)
      .map((toleration) => text(at(toleration, 'operator'), 'Equal'))
      .filter((operator) => operator !== 'Equal' && operator !== 'Exists')
      .map((operator) => `tolerations.operator: ${operator}`),
  ];
  const known = [...new Set(fields)].sort();
  return [
    ...(known.length === 0 ? [] : [`${object} has ${quoted(known)}, which the proof does not know.`]),
    ...(isDatabase ? volumesOfCluster(workload) : [...volumes(workload), ...devices(workload)]),
  ];
}

function podFields({ manifest }: Workload): string[] {
  const pod = (at(manifest, 'spec.template.spec') ?? {}) as Readonly<Record<string, unknown>>;
  return Object.keys(pod).filter((field) => !KNOWN.has(field) && field !== 'schedulerName' && !isEmpty(pod[field]));
}

function clusterFields({ manifest }: Workload): string[] {
  const fields = OF_CLUSTERS.filter((field) => {
    const value = at(manifest, `spec.${field}`);
    return !isEmpty(value) && value !== false && value !== 0;
  });
  const annotations = (manifest.metadata.annotations ?? {}) as Readonly<Record<string, unknown>>;
  return [...fields, ...(annotations['cnpg.io/podPatch'] === undefined ? [] : ['cnpg.io/podPatch'])];
}

/** A volume of a class of which the platform says nothing. */
function volumesOfCluster({ manifest, object }: Workload): string[] {
  return ['storage', 'walStorage']
    .filter((volume) => at(manifest, `spec.${volume}`) !== undefined)
    .filter(
      (volume) =>
        at(manifest, `spec.${volume}.storageClass`) === undefined &&
        at(manifest, `spec.${volume}.pvcTemplate.storageClassName`) === undefined,
    )
    .map(
      (volume) =>
        `${object} names no storage class for '${volume}', so its volumes are of whatever class is the default.`,
    );
}

function volumes({ manifest, object }: Workload): string[] {
  return list(at(manifest, 'spec.template.spec.volumes')).flatMap((volume) => {
    const kinds = Object.keys(volume as object).filter((key) => key !== 'name' && !MOVABLE.includes(key));
    const [kind] = kinds;
    return kind === undefined
      ? []
      : [
          `${object} has volume '${String(at(volume, 'name'))}' (${kind}), which may bind its pods to a node or keep them from ` +
            `another.`,
        ];
  });
}

function devices({ manifest, object }: Workload): string[] {
  const pod = at(manifest, 'spec.template.spec');
  const asked = [...list(at(pod, 'containers')), ...list(at(pod, 'initContainers'))].flatMap((container) =>
    ['requests', 'limits'].flatMap((kind) => Object.keys(at(container, `resources.${kind}`) ?? {})),
  );
  const devices = [...new Set(asked)].filter((name) => !ORDINARY.includes(name)).sort();
  return devices.length === 0 ? [] : [`${object} asks for ${quoted(devices)}, which only some nodes may have.`];
}

function isEmpty(value: unknown): boolean {
  return value === undefined || value === null || (Array.isArray(value) && value.length === 0);
}

function quoted(names: readonly string[]): string {
  return names.map((name) => `'${name}'`).join(', ');
}
