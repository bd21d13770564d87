import type { Finding, Skipped, Suppressed } from './finding';
import type { Resource } from './resource';
import type { PolicyRule } from './rule';
import { nearest } from './schema/_suggest';

/** `cdk8s-phoenix.dev/ignore-<rule>: "why it is right here"` on an object accepts that rule's findings there. */
export const IGNORE_ANNOTATION = 'cdk8s-phoenix.dev/ignore-';

/** Names of findings that no rule file stands for. */
const LAYERS = ['schema', 'unknown-kind', 'target-version', 'cel', 'internal'];

/** A finding that is accepted in code, with the reason. */
export interface Ignore {
  /** Name of the rule. */
  readonly rule: string;
  /**
   * `Kind/namespace/name`, or `Kind/name` for cluster-scoped objects.
   * @default - every object
   */
  readonly object?: string;
  /** Why it is right here; shown with every report. */
  readonly reason: string;
}

/** What is accepted, and what of it was needed. */
export interface Suppressions {
  apply(
    findings: readonly Finding[],
    skipped: readonly Skipped[],
  ): { readonly kept: Finding[]; readonly suppressed: Suppressed[] };
}

/** Reads annotations and the list in code. A suppression without a reason, of an unknown rule or of nothing is a finding. */
export function readSuppressions(
  resources: readonly Resource[],
  ignore: readonly Ignore[],
  all: readonly PolicyRule[],
  active: readonly PolicyRule[],
): Suppressions {
  const known = new Set([...LAYERS, ...all.map((rule) => rule.name)]);
  const judged = new Set([...LAYERS, ...active.map((rule) => rule.name)]);
  const [entries, complaints] = [new Map<string, Entry>(), [] as Finding[]];
  for (const entry of [...annotated(resources), ...ignore.map(inCode)]) {
    const problem = problemOf(entry, known);
    if (problem === undefined) {
      entries.set(keyOf(entry.rule, entry.object), entry);
    } else {
      complaints.push(about(entry, ...problem));
    }
  }
  return {
    apply(findings, skipped) {
      const kept: Finding[] = [...complaints];
      const suppressed: Suppressed[] = [];
      for (const finding of findings) {
        const entry =
          entries.get(keyOf(finding.rule, objectKey(finding.object))) ?? entries.get(keyOf(finding.rule, undefined));
        if (entry === undefined) {
          kept.push(finding);
        } else {
          entry.used = true;
          suppressed.push({ finding, reason: entry.reason, written: entry.resource === undefined ? 'code' : 'object' });
        }
      }
      const unused = [...entries.values()].filter((entry) => !entry.used && judged.has(entry.rule));
      // What was not judged may still need it.
      const open = new Set(
        unused.length === 0
          ? []
          : skipped.flatMap(({ rule, object }) => [keyOf(rule, objectKey(object)), keyOf(rule, undefined)]),
      );
      for (const entry of unused.filter(({ rule, object }) => !open.has(keyOf(rule, object)))) {
        const where = entry.resource === undefined && entry.object === undefined ? '' : 'here ';
        kept.push(about(entry, `'${entry.rule}' finds nothing ${where}any more`, 'remove it'));
      }
      return { kept, suppressed };
    },
  };
}

/** One suppression, wherever it was written. */
interface Entry {
  readonly rule: string;
  /** Absent: every object. */
  readonly object: string | undefined;
  readonly reason: string;
  /** The object that it is written on; absent for one in code. */
  readonly resource?: Resource;
  used: boolean;
}

function annotated(resources: readonly Resource[]): Entry[] {
  const out: Entry[] = [];
  for (const resource of resources) {
    for (const name in resource.annotations) {
      if (name.startsWith(IGNORE_ANNOTATION)) {
        const rule = name.slice(IGNORE_ANNOTATION.length);
        const reason = String(resource.annotations[name]).trim();
        out.push({ rule, object: objectKey(resource.ref), reason, resource, used: false });
      }
    }
  }
  return out;
}

function inCode({ rule, object, reason }: Ignore): Entry {
  return { rule, object, reason: reason.trim(), used: false };
}

/** What is wrong with a suppression itself, and what to do about it. */
function problemOf({ rule, reason }: Entry, known: ReadonlySet<string>): [message: string, fix: string] | undefined {
  if (!known.has(rule)) {
    const meant = nearest(rule, [...known]);
    const fix = meant === undefined ? 'remove it, or correct the name' : `write '${meant}'`;
    return [`there is no rule '${rule}'`, fix];
  }
  return reason.length < 5
    ? [`a suppression needs its reason, got '${reason}'`, 'write why it is right here']
    : undefined;
}

function about({ rule, object, resource }: Entry, message: string, fix: string): Finding {
  const segments = resource === undefined ? [] : ['metadata', 'annotations', `${IGNORE_ANNOTATION}${rule}`];
  return {
    rule: 'unused-suppression',
    severity: 'warning',
    object: resource?.ref ?? { apiVersion: '', kind: 'suppression', name: rule, origin: {} },
    path: resource === undefined ? (object ?? '') : `metadata.annotations['${IGNORE_ANNOTATION}${rule}']`,
    segments,
    message,
    fix,
  };
}

function keyOf(rule: string, object: string | undefined): string {
  return `${rule} ${object ?? '*'}`;
}

function objectKey(object: Finding['object']): string {
  return [object.kind, object.namespace, object.name].filter((part) => part !== undefined).join('/');
}
