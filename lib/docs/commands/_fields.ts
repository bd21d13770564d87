import { idOf } from '../../policy/resource';
import { type KindEntry, builtInKinds } from '../../policy/schema/_catalog';
import { hasField } from '../../policy/schema/_suggest';
import { validateManifest } from '../../policy/schema/validate';

/** Kinds whose fields the strict schemas know. */
const API_VERSIONS: Readonly<Record<string, string>> = {
  Pod: 'v1',
  Service: 'v1',
  Secret: 'v1',
  ConfigMap: 'v1',
  PersistentVolume: 'v1',
  PersistentVolumeClaim: 'v1',
  Deployment: 'apps/v1',
  Job: 'batch/v1',
  CronJob: 'batch/v1',
  Ingress: 'networking.k8s.io/v1',
  StorageClass: 'storage.k8s.io/v1',
  Cluster: 'postgresql.cnpg.io/v1',
  Backup: 'postgresql.cnpg.io/v1',
  ScheduledBackup: 'postgresql.cnpg.io/v1',
  ObjectStore: 'barmancloud.cnpg.io/v1',
  Kustomization: 'kustomize.toolkit.fluxcd.io/v1',
  Application: 'argoproj.io/v1alpha1',
};

function words(text: string): string[] {
  return text.split(' ');
}

/** What a controller writes and no schema of manifests has; and kinds without a schema. */
const WRITTEN: Readonly<Record<string, readonly string[]>> = {
  Pod: ['phase', 'podIP', 'containerStatuses', 'conditions'],
  Deployment: ['readyReplicas', 'availableReplicas', 'conditions'],
  Job: ['succeeded', 'failed', 'active', 'conditions'],
  CronJob: ['lastSuccessfulTime', 'lastScheduleTime', 'active'],
  Cluster: words(
    'currentPrimary targetPrimary phase phaseReason instances readyInstances instancesReportedState conditions',
  ),
  Backup: ['phase', 'error', 'backupId', 'startedAt', 'stoppedAt', 'beginWal', 'endWal', 'instanceID.podName'],
  ScheduledBackup: ['lastCheckTime', 'lastScheduleTime', 'nextScheduleTime'],
  ObjectStore: ['serverRecoveryWindow'],
  Kustomization: ['conditions', 'lastAppliedRevision'],
  Application: ['operationState.phase', 'sync.status', 'health.status'],
};
const OTHER_FIELDS = new Set(['Event.lastTimestamp', 'Event.type', 'Node.spec.unschedulable']);
const SELECTABLE = new Set(['Pod.spec.nodeName', 'Pod.status.phase', 'Event.type', 'Event.reason']);
const EVENT_TYPES = new Set(['Normal', 'Warning']);

/** Conditions that a controller sets. */
const CONDITIONS: Readonly<Record<string, readonly string[]>> = {
  Pod: ['Ready', 'ContainersReady', 'Initialized', 'PodScheduled'],
  Deployment: ['Available', 'Progressing'],
  Job: ['Complete', 'Failed'],
  Cluster: ['Ready', 'ContinuousArchiving', 'LastBackupSucceeded'],
  Kustomization: ['Ready'],
  Certificate: ['Ready'],
};
/** Annotations that people set or look at. */
export const ANNOTATIONS: ReadonlySet<string> = new Set([
  'cnpg.io/fencedInstances',
  'cnpg.io/reconciliationLoop',
  'cnpg.io/hibernation',
]);

/** What is wrong with `kubectl get --output VALUE` of a kind; `listed`: of several objects at once. */
export function outputProblem(kind: string, text: string, listed: boolean): string | undefined {
  const [form = '', template = ''] = text.split(/=(.*)/s, 2);
  if (['yaml', 'json', 'wide', 'name'].includes(form) && !text.includes('=')) {
    return undefined;
  }
  if (form === 'jsonpath') {
    return jsonPathProblem(kind, template, listed);
  }
  if (form === 'custom-columns') {
    const columns = template.split(',').map((column) => column.split(/:(.*)/s, 2));
    return first(columns, ([, path = '']) => fieldProblem(kind, path));
  }
  return `no output '${form}'`;
}

/** What is wrong with a JSONPath template over a kind. */
function jsonPathProblem(kind: string, template: string, listed: boolean): string | undefined {
  let inItem = false;
  return first(template.split(/(\{(?:[^{}"]|"[^"]*")*\})/), (part) => {
    const inside = /^\{(.*)\}$/s.exec(part)?.[1];
    if (inside === undefined) {
      return /[a-z{}]/i.test(part) ? `the template has '${part}' outside of braces` : undefined;
    }
    if (/^"(\\[nt])+"$/.test(inside) || inside === 'end') {
      inItem = inside !== 'end' && inItem;
      return undefined;
    }
    const path = inside.replace(/^range /, '');
    const item = /^\.items\[(?:\*|\?\(@([^=!]+)[=!]="([^"]*)"\))\](.*)$/s.exec(path);
    const relative = listed && !inItem ? item?.[3] : path;
    inItem ||= inside.startsWith('range ');
    return relative === undefined
      ? `'${path}' is no field of a list`
      : ((item?.[1] === undefined ? undefined : valueProblem(kind, item[1], item[2] ?? '')) ??
          (relative === '' ? undefined : fieldProblem(kind, relative)));
  });
}

/** What is wrong with `.spec.volumeName` of a kind. */
export function fieldProblem(kind: string, path: string): string | undefined {
  const segments = path
    .replace(/\\\./g, '\u0001')
    .split('.')
    .slice(1)
    .map((x) => x.replaceAll('\u0001', '.'));
  const names = segments.map((segment) => segment.replace(/\[[\d*]+\]$/, ''));
  const [head, ...below] = names;
  const none = `${kind} has no field '${path}'`;
  if (!path.startsWith('.') || names.some((name) => name === '')) {
    return `'${path}' is no field`;
  }
  if (OTHER_FIELDS.has(`${kind}.${names.join('.')}`)) {
    return undefined;
  }
  if (head === 'status') {
    const known = WRITTEN[kind] ?? [];
    const rest = below.join('.');
    return rest === '' || known.some((field) => rest === field || rest.startsWith(`${field}.`)) ? undefined : none;
  }
  if (head === 'metadata' && below[0] === 'annotations' && below.length > 1) {
    return ANNOTATIONS.has(below.slice(1).join('.')) ? undefined : `no annotation '${below.slice(1).join('.')}'`;
  }
  const steps = segments.flatMap((segment, i) => (segment.endsWith(']') ? [names[i]!, 0] : [names[i]!]));
  const entry = entryOf(kind);
  return entry !== undefined && hasField(entry, steps) ? undefined : none;
}

function valueProblem(kind: string, path: string, value: string): string | undefined {
  const field = fieldProblem(kind, path);
  return (
    field ??
    (kind === 'Service' && path === '.spec.type' && !SERVICE_TYPES.has(value) ? `no Service is '${value}'` : undefined)
  );
}
const SERVICE_TYPES = new Set(['ClusterIP', 'NodePort', 'LoadBalancer', 'ExternalName']);

/** What is wrong with a merge patch to a kind. */
export function patchProblem(kind: string, text: string): string | undefined {
  let patch: unknown;
  try {
    patch = JSON.parse(text);
  } catch {
    return `the patch is no JSON`;
  }
  return typeof patch === 'object' && patch !== null ? wrongPart(kind, patch) : 'the patch is no object';
}

/** What is wrong with `--for VALUE` of `kubectl wait`. */
export function waitProblem(kind: string, text: string): string | undefined {
  if (text === 'delete') {
    return undefined;
  }
  const [form = '', what = '', value] = text.split('=');
  if (form === 'condition') {
    return !(CONDITIONS[kind] ?? []).includes(what)
      ? `${kind} has no condition '${what}'`
      : value === undefined || /^(true|false)$/i.test(value)
        ? undefined
        : `a condition is true or false, not '${value}'`;
  }
  if (form === 'jsonpath') {
    const problem = jsonPathProblem(kind, what, false);
    return (
      problem ??
      (kind === 'Pod' && what === '{.status.phase}' && !PHASES.has(value ?? '') ? `no pod is '${value}'` : undefined)
    );
  }
  return `nothing to wait for: '${text}'`;
}
const PHASES = new Set(['Pending', 'Running', 'Succeeded', 'Failed']);

/** What is wrong with `--field-selector VALUE`. */
export function fieldSelectorProblem(kind: string, text: string): string | undefined {
  return first(text.split(','), (part) => {
    const [field = '', value = ''] = part.split('=');
    return !SELECTABLE.has(`${kind}.${field}`)
      ? `${kind} cannot be selected by '${field}'`
      : kind === 'Event' && field === 'type' && !EVENT_TYPES.has(value)
        ? `no event is of type '${value}'`
        : undefined;
  });
}

/** The first thing that the strict schema says of an incomplete object. */
function wrongPart(kind: string, object: object): string | undefined {
  const entry = entryOf(kind);
  if (entry === undefined) {
    return `the fields of ${kind} are not known here`;
  }
  const part = { ...object, apiVersion: API_VERSIONS[kind], kind };
  return entry.accepts({ incomplete: true })(part)
    ? undefined
    : validateManifest(part).find(({ keyword }) => keyword !== 'required')?.message;
}

function entryOf(kind: string): KindEntry | undefined {
  const apiVersion = API_VERSIONS[kind];
  return apiVersion === undefined ? undefined : builtInKinds().get(idOf({ apiVersion, kind }));
}

function first<T>(items: readonly T[], problem: (item: T) => string | undefined): string | undefined {
  for (const item of items) {
    const found = problem(item);
    if (found !== undefined) {
      return found;
    }
  }
  return undefined;
}
