import { idOf } from '../resource';
import type { KindEntry } from './_catalog';
import { builtInKinds } from './_catalog';
import { type SchemaProblem, explain, show } from './_explain';
import { scopeProblems } from './_scope';
import { nearest } from './_suggest';
import { newerThan } from './_target';

export type { SchemaProblem } from './_explain';

/** Options of `validateManifest`. */
export interface ValidateOptions {
  /**
   * Kubernetes minor version that must take the manifest, such as `1.34`.
   * @default '1.34'
   */
  readonly target?: string;

  /**
   * Kinds to check against.
   * @default - those whose schemas this package carries
   */
  readonly kinds?: ReadonlyMap<string, KindEntry>;
}

/** The version that manifests are checked for where nobody says otherwise. */
export const DEFAULT_TARGET = '1.34';

/**
 * Everything in one manifest that the API server would refuse before it looks at anything else: unknown fields, wrong
 * types, enums, quantities, missing fields, list items with the same key, fields that the target version lacks.
 *
 * Takes any value, also none that is a manifest. Empty where all is well.
 */
export function validateManifest(manifest: unknown, options: ValidateOptions = {}): SchemaProblem[] {
  const kinds = options.kinds ?? builtInKinds();
  if (typeof manifest !== 'object' || manifest === null || Array.isArray(manifest)) {
    return [whole('type', `must be an object with apiVersion and kind, got ${show(manifest)}`)];
  }
  const { apiVersion, kind } = manifest as Record<string, unknown>;
  if (typeof apiVersion !== 'string' || apiVersion === '') {
    return [missing('apiVersion')];
  }
  if (typeof kind !== 'string' || kind === '') {
    return [missing('kind')];
  }
  const entry = kinds.get(idOf({ apiVersion, kind }));
  if (entry === undefined) {
    return [unknownKind(apiVersion, kind, kinds)];
  }
  return [
    ...schemaProblems(manifest, entry),
    ...scopeProblems(manifest, entry),
    ...newerThan(manifest, entry, options.target ?? DEFAULT_TARGET),
  ];
}

function missing(field: string): SchemaProblem {
  return { ...whole('required', `'${field}' is required and must be a string`), path: field, segments: [field] };
}

function schemaProblems(manifest: object, entry: KindEntry): SchemaProblem[] {
  const validate = entry.validator();
  if (validate(manifest)) {
    return [];
  }
  // The API server reads `key: null` as no key at all.
  const judged = withoutNulls(manifest);
  return validate(judged) ? [] : explain(judged, validate.errors ?? [], entry);
}

function unknownKind(apiVersion: string, kind: string, kinds: ReadonlyMap<string, KindEntry>): SchemaProblem {
  const ids = [...kinds.keys()];
  const elsewhere = ids.filter((id) => id.endsWith(`/${kind}`)).map((id) => id.slice(0, -kind.length - 1));
  const sameGroup = ids.filter((id) => id.startsWith(`${apiVersion}/`)).map((id) => id.slice(apiVersion.length + 1));
  const meant = nearest(kind, sameGroup);
  const fix =
    meant !== undefined
      ? `write kind: ${meant}`
      : elsewhere.length > 0
        ? `write apiVersion: ${elsewhere.join(' or ')}`
        : 'give its CustomResourceDefinition to the check';
  // A misspelt kind is an error; one that is only not known here may be right.
  const advisory = meant === undefined && elsewhere.length === 0;
  return {
    ...whole('kind', `no schema for kind '${kind}' of '${apiVersion}', so nothing in it is checked`),
    fix,
    ...(advisory ? { advisory } : {}),
  };
}

function whole(keyword: string, message: string): SchemaProblem {
  return { path: '', segments: [], pointer: '', keyword, message };
}

function withoutNulls(value: unknown): unknown {
  if (Array.isArray(value)) {
    return value.map(withoutNulls);
  }
  if (typeof value !== 'object' || value === null) {
    return value;
  }
  const entries = Object.entries(value).filter(([, below]) => below !== null && below !== undefined);
  return Object.fromEntries(entries.map(([key, below]) => [key, withoutNulls(below)]));
}
