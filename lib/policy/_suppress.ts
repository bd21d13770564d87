import type { Finding, Suppressed } from './finding';
import type { Resource } from './resource';
import type { PolicyRule } from './rule';

/** `cdk8s-phoenix.dev/ignore-<rule>: "why it is right here"` on an object accepts that rule's findings there. */
export const IGNORE_ANNOTATION = 'cdk8s-phoenix.dev/ignore-';

/** Names of findings that no rule file stands for. */
const LAYERS = ['schema', 'unknown-kind', 'target-version', 'cel'];

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
  apply(findings: readonly Finding[]): { readonly kept: Finding[]; readonly suppressed: Suppressed[] };
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
  const entries: Entry[] = [];
  const complaints: Finding[] = [];
  for (const resource of resources) {
    for (const name in resource.annotations) {
      if (name.startsWith(IGNORE_ANNOTATION)) {
        const rule = name.slice(IGNORE_ANNOTATION.length);
        const reason = String(resource.annotations[name]).trim();
        const entry = { rule, object: objectKey(resource.ref), reason, resource, used: false, annotation: name };
        const bad = complaint(entry, known);
        if (bad === undefined) {
          entries.push(entry);
        } else {
          complaints.push(bad);
        }
      }
    }
  }
  const anywhere = ignore.map((i) => ({ ...i, used: false }));
  return {
    apply(findings) {
      const kept: Finding[] = [...complaints];
      const suppressed: Suppressed[] = [];
      for (const finding of findings) {
        const at = objectKey(finding.object);
        const entry =
          entries.find((e) => e.rule === finding.rule && e.object === at) ??
          anywhere.find((e) => e.rule === finding.rule && (e.object === undefined || e.object === at));
        if (entry === undefined) {
          kept.push(finding);
        } else {
          entry.used = true;
          suppressed.push({ finding, reason: entry.reason });
        }
      }
      for (const entry of entries.filter((e) => !e.used && judged.has(e.rule))) {
        kept.push(about(entry, `'${entry.rule}' finds nothing here any more`, 'remove the annotation'));
      }
      for (const entry of anywhere.filter((e) => !e.used && judged.has(e.rule))) {
        kept.push({
          rule: 'unused-suppression',
          severity: 'warning',
          object: { apiVersion: '', kind: 'suppression', name: entry.rule, origin: {} },
          path: entry.object ?? '',
          segments: [],
          message: `'${entry.rule}' finds nothing ${entry.object === undefined ? '' : 'there '}any more`,
          fix: 'remove it',
        });
      }
      return { kept, suppressed };
    },
  };
}

interface Entry {
  readonly rule: string;
  readonly object: string;
  readonly reason: string;
  readonly resource: Resource;
  readonly annotation: string;
  used: boolean;
}

function complaint(entry: Entry, known: ReadonlySet<string>): Finding | undefined {
  if (!known.has(entry.rule)) {
    return about(entry, `there is no rule '${entry.rule}'`, 'remove the annotation or correct the name');
  }
  if (entry.reason.length < 5) {
    return about(entry, `a suppression needs its reason, got '${entry.reason}'`, 'write why it is right here');
  }
  return undefined;
}

function about(entry: Entry, message: string, fix: string): Finding {
  const segments = ['metadata', 'annotations', entry.annotation];
  return {
    rule: 'unused-suppression',
    severity: 'warning',
    object: entry.resource.ref,
    path: `metadata.annotations['${entry.annotation}']`,
    segments,
    message,
    fix,
  };
}

function objectKey(object: Finding['object']): string {
  return [object.kind, object.namespace, object.name].filter((part) => part !== undefined).join('/');
}
