import { isObject, listOr, objectOr } from '../resource';
import type { Resource } from '../resource';
import type { PolicyRule } from '../rule';
import { cluster, example } from './_examples';

const OPERATIONS = ['add', 'remove', 'replace', 'move', 'copy', 'test'];

/** An annotation, and what is wrong with its value. */
type Reader = (value: string, resource: Resource) => string | undefined;

const CLUSTER: Readonly<Record<string, Reader>> = {
  'alpha.cnpg.io/failoverQuorum': (value, resource) => {
    if (!/^(1|t|T|TRUE|true|True|0|f|F|FALSE|false|False)$/.test(value)) {
      return `it must be true or false, got '${value}'`;
    }
    const synchronous: unknown = objectOr(resource.spec['postgresql'])['synchronous'];
    return /^(1|t)/i.test(value) && synchronous === undefined
      ? 'a quorum needs spec.postgresql.synchronous'
      : undefined;
  },
  'alpha.cnpg.io/livenessPinger': (value) =>
    isObject(json(value)) && typeof objectOr(json(value))['enabled'] === 'boolean'
      ? undefined
      : `it must be JSON such as {"enabled": true}, got '${value}'`,
  'cnpg.io/fencedInstances': (value) =>
    Array.isArray(json(value)) ? undefined : `it must be a JSON list such as ["db-1"], got '${value}'`,
  'cnpg.io/hibernation': (value) =>
    ['on', 'off'].includes(value) ? undefined : `it must be on or off, got '${value}'`,
  'cnpg.io/podPatch': (value) => {
    const patch = json(value);
    return Array.isArray(patch) && listOr(patch).every(isOperation)
      ? undefined
      : `it must be a JSON Patch such as [{"op": "add", "path": "/metadata/labels/a", "value": "b"}], got '${value}'`;
  },
};

const BACKUP: Readonly<Record<string, Reader>> = {
  'cnpg.io/volumeSnapshotDeadline': (value) =>
    /^[+-]?\d+$/.test(value) ? undefined : `it must be a whole number of minutes, got '${value}'`,
};

/** Annotations that CloudNativePG reads are written so that it can. */
export const operatorAnnotations: PolicyRule = {
  name: 'operator-annotations',
  family: 'cloudnative-pg',
  severity: 'error',
  kinds: ['postgresql.cnpg.io/v1/Cluster', 'postgresql.cnpg.io/v1/Backup'],
  summary: 'annotations that CloudNativePG reads have values that it understands',
  why: 'No schema knows them; what the webhook does not refuse is ignored without a word (CloudNativePG, Labels and Annotations; webhook: validateHibernationAnnotation, validatePodPatchAnnotation).',
  remediation: 'write a value that the operator reads',
  example: () => example([cluster({}, 'db')], "metadata.annotations['cnpg.io/hibernation']", 'yes'),
  check(resource, _, report) {
    const readers = resource.kind === 'Backup' ? BACKUP : CLUSTER;
    for (const name in readers) {
      const value: unknown = resource.annotations[name];
      const wrong = typeof value === 'string' ? readers[name]?.(value, resource) : undefined;
      if (wrong !== undefined) {
        report.fail(['metadata', 'annotations', name], wrong);
      }
    }
  },
};

function json(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

function isOperation(value: unknown): boolean {
  const { op, path } = objectOr(value);
  return OPERATIONS.includes(String(op)) && typeof path === 'string' && /^(\/|$)/.test(path);
}
