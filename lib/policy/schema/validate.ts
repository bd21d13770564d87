import { idOf } from '../resource';
import { DEFAULT_CLOUD_NATIVE_PG, DEFAULT_KUBERNETES } from '../versions';
import { type KindEntry, builtInKinds } from './_catalog';
import { takeNewer } from './_cnpg-fields';
import { type SchemaProblem, explain, show } from './_explain';
import { scopeProblems } from './_scope';
import { type Target, newerThan } from './_target';
import { unknownKind } from './_unknown-kind';

export type { SchemaProblem } from './_explain';

/** Options of `validateManifest`. */
export interface ValidateOptions {
  /**
   * Kubernetes minor version that must take the manifest, such as `1.34`.
   * @default '1.34'
   */
  readonly target?: string | undefined;

  /**
   * CloudNativePG minor version that must take the manifest.
   * @default '1.30'
   */
  readonly cloudNativePg?: string | undefined;

  /**
   * Kinds to check against.
   * @default - those whose schemas this package carries
   */
  readonly kinds?: ReadonlyMap<string, KindEntry>;

  /**
   * A text that stands for any value. Where something else is wrong, it may be named beside it.
   * @default - none
   */
  readonly wildcard?: string;
}

/** What the schema says of a value, and the value as the API server reads it. */
export interface ValidatedManifest {
  readonly problems: readonly SchemaProblem[];
  /** Without keys that are null: the API server reads `key: null` as no key at all. */
  readonly manifest: unknown;
  /** What could not be judged, and why. */
  readonly unjudged: readonly string[];
  /** Its kind, where that has a schema. */
  readonly entry?: KindEntry;
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
  const target = {
    kubernetes: options.target ?? DEFAULT_KUBERNETES,
    cloudNativePg: options.cloudNativePg ?? DEFAULT_CLOUD_NATIVE_PG,
  };
  const identity = identityProblems(manifest);
  if (identity.length > 0) {
    return { problems: identity, manifest, unjudged: [] };
  }
  const kinds = options.kinds ?? builtInKinds();
  const named = manifest as { readonly apiVersion: string; readonly kind: string };
  const entry = kinds.get(idOf(named));
  if (entry === undefined) {
    const problem = unknownKind(named.apiVersion, named.kind, kinds, target.kubernetes);
    return { problems: [{ ...whole('kind', problem.message), ...problem }], manifest, unjudged: [] };
  }
  const { wildcard } = options;
  return entry.accepts(wildcard === undefined ? undefined : { wildcard })(named)
    ? { problems: advice(named, entry, target), manifest, unjudged: [], entry }
    : again(withoutNulls(named) as object, entry, target);
}

/** What no schema says of a place that is right in itself. */
function advice(manifest: object, entry: KindEntry, target: Target): readonly SchemaProblem[] {
  const misplaced = scopeProblems(manifest, entry);
  const newer = newerThan(manifest, entry, target);
  return misplaced.length === 0 ? newer : [...misplaced, ...newer];
}

/** What its schema refused may be right without nulls, and without fields that are newer than the schema. */
function again(manifest: object, entry: KindEntry, target: Target): ValidatedManifest {
  const newer = advice(manifest, entry, target);
  const unjudged = takeNewer(manifest, entry.id).map(
    (path) => `its ${path} is newer than the schema here, which is of CloudNativePG ${DEFAULT_CLOUD_NATIVE_PG}`,
  );
  const validate = entry.validator();
  const problems = validate(manifest) ? [] : explain(manifest, validate.errors ?? [], entry);
  return { problems: [...problems, ...newer], manifest, unjudged: newer.length === 0 ? unjudged : [], entry };
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
