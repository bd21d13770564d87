import { idOf } from '../resource';
import type { KindEntry } from './_catalog';
import { builtInKinds } from './_catalog';
import { type SchemaProblem, explain, show } from './_explain';
import { newerThan } from './_target';
import { unknownKind } from './_unknown-kind';

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

/** What the schema says of a value, and the value as the API server reads it. */
export interface ValidatedManifest {
  readonly problems: readonly SchemaProblem[];
  /** Without keys that are null: the API server reads `key: null` as no key at all. */
  readonly manifest: unknown;
}

/**
 * Everything in one manifest that the API server would refuse before it looks at anything else: unknown fields, wrong
 * types, enums, quantities, missing fields, list items with the same key, fields that the target version lacks.
 *
 * Takes any value, also none that is a manifest. Empty where all is well.
 */
export function validateManifest(manifest: unknown, options: ValidateOptions = {}): readonly SchemaProblem[] {
  return judgeManifest(manifest, options).problems;
}

/** As `validateManifest`, with the manifest that was judged. */
export function judgeManifest(manifest: unknown, options: ValidateOptions = {}): ValidatedManifest {
  const problems = identityProblems(manifest);
  if (problems.length > 0) {
    return { problems, manifest };
  }
  const kinds = options.kinds ?? builtInKinds();
  const named = manifest as { readonly apiVersion: string; readonly kind: string };
  const entry = kinds.get(idOf(named));
  if (entry === undefined) {
    const problem = unknownKind(named.apiVersion, named.kind, kinds, options.target ?? DEFAULT_TARGET);
    return { problems: [{ ...whole('kind', problem.message), ...problem }], manifest };
  }
  const validate = entry.validator();
  const judged = validate(named) ? named : (withoutNulls(named) as object);
  const schema = judged === named || validate(judged) ? NONE : explain(judged, validate.errors ?? [], entry);
  const target = newerThan(judged, entry, options.target ?? DEFAULT_TARGET);
  return { problems: target.length === 0 ? schema : [...schema, ...target], manifest: judged };
}

const NONE: readonly SchemaProblem[] = [];

/** A value without apiVersion and kind is nothing that could be judged. */
function identityProblems(manifest: unknown): readonly SchemaProblem[] {
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
  return NONE;
}

function missing(field: string): SchemaProblem {
  return { ...whole('required', `'${field}' is required and must be a string`), path: field, segments: [field] };
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
