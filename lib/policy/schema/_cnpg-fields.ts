import { valueAt } from '../_path';
import { isObject } from '../resource';
import { DEFAULT_CLOUD_NATIVE_PG, minor } from '../versions';
import type { TargetNode } from './_target';

/** What only some CloudNativePG versions have. */
interface CnpgField {
  readonly kind: string;
  /** Steps to the field; none for the kind as a whole, `[]` for every item of a list. */
  readonly path: readonly string[];
  /** First version that has it. */
  readonly since?: string;
  /** First version without it. */
  readonly gone?: string;
  /** What to write where it is gone. */
  readonly instead?: string;
}

const PLUGIN = 'use the Barman Cloud plugin (an ObjectStore, and the plugin in spec.plugins)';

/** From the release notes of 1.30 and the branch that becomes 1.31. */
const FIELDS: readonly CnpgField[] = [
  { kind: 'DatabaseRole', path: [], since: '1.30' },
  { kind: 'Cluster', path: ['spec', 'primaryLease'], since: '1.30' },
  { kind: 'Pooler', path: ['spec', 'pgbouncer', 'imageCatalogRef'], since: '1.30' },
  { kind: 'Cluster', path: ['spec', 'automountServiceAccountToken'], since: '1.31' },
  { kind: 'Cluster', path: ['spec', 'postgresql', 'synchronous', 'podFailureDomainKeys'], since: '1.31' },
  { kind: 'Cluster', path: ['spec', 'postgresql', 'synchronous', 'nodeFailureDomainKeys'], since: '1.31' },
  { kind: 'Pooler', path: ['spec', 'pgbouncer', 'parameters', 'auth_user'], since: '1.31' },
  { kind: 'Cluster', path: ['spec', 'backup', 'barmanObjectStore'], gone: '1.31', instead: PLUGIN },
  { kind: 'Cluster', path: ['spec', 'externalClusters', '[]', 'barmanObjectStore'], gone: '1.31', instead: PLUGIN },
];

const GROUP = 'postgresql.cnpg.io/v1/';

/** Whether the version of CloudNativePG decides which fields a kind has. */
export function isCnpg(id: string): boolean {
  return id.startsWith(GROUP);
}

/** The fields of a kind that a CloudNativePG version lacks. */
export function cnpgTree(id: string, version: string): TargetNode | undefined {
  return fieldsOf(id)
    .filter((field) => !has(field, version))
    .reduce<TargetNode | undefined>((tree, field) => grown(tree, field.path, problem(field, version)), undefined);
}

/**
 * Takes the fields out of a manifest that are newer than its schema here, and returns their paths: nobody can say
 * whether what is in them is right.
 */
export function takeNewer(manifest: unknown, id: string): readonly string[] {
  return fieldsOf(id)
    .filter((field) => !has(field, DEFAULT_CLOUD_NATIVE_PG) && field.since !== undefined)
    .flatMap(({ path }) => {
      const parent = valueAt(manifest, path.slice(0, -1));
      const name = path.at(-1) as string;
      if (!isObject(parent) || parent[name] === undefined) {
        return [];
      }
      delete (parent as Record<string, unknown>)[name];
      return [path.join('.')];
    });
}

function fieldsOf(id: string): readonly CnpgField[] {
  return isCnpg(id) ? FIELDS.filter(({ kind }) => `${GROUP}${kind}` === id) : [];
}

function has({ since, gone }: CnpgField, version: string): boolean {
  return (
    !(since !== undefined && minor(version) < minor(since)) && !(gone !== undefined && minor(version) >= minor(gone))
  );
}

function problem({ kind, path, since, gone, instead }: CnpgField, version: string): NonNullable<TargetNode['problem']> {
  const what = path.length === 0 ? `kind '${kind}'` : `'${path.at(-1)}'`;
  return since !== undefined && minor(version) < minor(since)
    ? { message: `${what} does not exist in CloudNativePG ${version}; ${since} has it`, advisory: false }
    : {
        message: `${what} does not exist in CloudNativePG ${version}; ${gone} removed it`,
        advisory: false,
        ...(instead === undefined ? {} : { fix: instead }),
      };
}

function grown(
  tree: TargetNode | undefined,
  [step, ...rest]: readonly string[],
  found: NonNullable<TargetNode['problem']>,
): TargetNode {
  if (step === undefined) {
    return { problem: found };
  }
  return step === '[]'
    ? { ...tree, i: grown(tree?.i, rest, found) }
    : { ...tree, p: { ...tree?.p, [step]: grown(tree?.p?.[step], rest, found) } };
}
