import { judgeAlone } from './_alone';
import { groupBy } from './_group';
import { type Ledger, internal, newLedger } from './_ledger';
import { type PathSegment, formatPath, parsePath } from './_path';
import { FILLED_IN, isFilledIn } from './_variables';
import { type Ignore, type Suppressions, readSuppressions } from './_suppress';
import { type Finding, type ObjectRef, type PolicyReport, objectName } from './finding';
import type { PlatformFacts } from './platform-facts';
import { rules as allRules } from './registry';
import type { PolicyInput, Resource } from './resource';
import type { PolicyRule, Report } from './rule';
import { type KindEntry, builtInKinds } from './schema/_catalog';
import { customKinds, isDefinition } from './schema/custom-kinds';
import { judgeManifest } from './schema/validate';
import { World } from './world';

export type { Ignore } from './_suppress';

/** Options of `checkManifests`. */
export interface CheckOptions {
  /**
   * What is known of the target cluster.
   * @default - Kubernetes 1.34, CloudNativePG 1.30, nothing else
   */
  readonly platform?: PlatformFacts;

  /**
   * Rules to run, beside the schemas.
   * @default - all
   */
  readonly rules?: readonly PolicyRule[];

  /**
   * Findings to accept.
   * @default - none
   */
  readonly ignore?: readonly Ignore[];

  /**
   * Whether some manifests are missing, such as those in a file that cannot be read: then no name leads nowhere for sure.
   * @default false
   */
  readonly incomplete?: boolean;

  /**
   * Kinds with a schema.
   * @default - those of this package
   */
  readonly kinds?: ReadonlyMap<string, KindEntry>;
}

/**
 * Judges manifests as one set: schema, then defaults and CEL, then rules; a layer passes over what a lower one refused.
 * Pure: the same input gives the same report. Never throws, whatever the manifests are.
 */
export function checkManifests(inputs: readonly PolicyInput[], options: CheckOptions = {}): PolicyReport {
  const ledger = newLedger();
  const kinds = withDefinitions(options.kinds ?? builtInKinds(), inputs);
  const platform = options.platform ?? {};
  const resources: Resource[] = [];
  for (const input of inputs) {
    const resource = judgeAlone(input, kinds, platform, ledger);
    if (resource !== undefined) {
      resources.push(resource);
    }
  }
  const world = new World(resources, platform, options.incomplete);
  const rules = options.rules ?? allRules;
  runRules(rules, resources, world, ledger);

  const suppressions = readSuppressions(resources, options.ignore ?? [], allRules, rules);
  return report(inputs.length, ledger, suppressions);
}

/** Custom resources may come with their definitions. Those of this package know more, and stay. */
function withDefinitions(
  kinds: ReadonlyMap<string, KindEntry>,
  inputs: readonly PolicyInput[],
): ReadonlyMap<string, KindEntry> {
  const definitions = inputs
    .filter(({ manifest }) => isDefinition(manifest))
    .map(({ manifest }) => judgeManifest(manifest, { kinds }))
    .flatMap(({ problems, manifest }) => (problems.length === 0 ? [manifest] : []));
  return definitions.length === 0
    ? kinds
    : new Map([...customKinds(definitions).map((kind) => [kind.id, kind] as const), ...kinds]);
}

/** A rule with the one report that it writes to, whatever object it looks at. */
interface RunningRule {
  readonly rule: PolicyRule;
  readonly report: Reporter;
}

/** Objects that each rule looks at in one go: a rule and what it looks up stay at hand, and so do the objects. */
const BATCH = 256;

function runRules(rules: readonly PolicyRule[], resources: readonly Resource[], world: World, ledger: Ledger): void {
  const running = rules.map((rule) => ({ rule, report: new Reporter(rule, ledger) }));
  for (let start = 0; start < resources.length; start += BATCH) {
    const batch = resources.slice(start, start + BATCH);
    const byKind = groupBy(batch, ({ id }) => id);
    for (const one of running) {
      for (const kind of one.rule.kinds) {
        for (const resource of kind === '*' ? batch : (byKind.get(kind) ?? [])) {
          runRule(one, resource, world, ledger);
        }
      }
    }
  }
}

function runRule({ rule, report }: RunningRule, resource: Resource, world: World, ledger: Ledger): void {
  if (resource.broken) {
    const reason = ledger.closed.get(resource.ref) ?? 'its schema is not valid';
    ledger.skipped.push({ rule: rule.name, object: resource.ref, reason });
    return;
  }
  const before = ledger.findings.length;
  const skippedBefore = ledger.skipped.length;
  report.about = resource;
  world.takeDoubt();
  try {
    rule.check(resource, world, report);
  } catch (error) {
    ledger.findings.length = before;
    ledger.skipped.length = skippedBefore;
    ledger.findings.push(internal(`the rule '${rule.name}'`, resource.ref, error));
    ledger.failed += 1;
    return;
  }
  if (ledger.findings.length === before && ledger.skipped.length === skippedBefore) {
    ledger.passed += 1;
    return;
  }
  const doubt = ledger.findings.length > before ? world.takeDoubt() : undefined;
  if (doubt !== undefined) {
    // One mistake, one finding: the rest may be right once that one is mended.
    ledger.findings.length = before;
    ledger.skipped.length = skippedBefore;
    const reason = `it depends on ${objectName(doubt.ref)}, whose schema is not valid`;
    ledger.skipped.push({ rule: rule.name, object: resource.ref, reason });
  } else if (ledger.findings.length > before) {
    ledger.skipped.length = skippedBefore;
    ledger.failed += 1;
  } else {
    const reasons = new Set(ledger.skipped.splice(skippedBefore).map(({ reason }) => reason));
    ledger.skipped.push({ rule: rule.name, object: resource.ref, reason: [...reasons].join('; ') });
  }
}

class Reporter implements Report {
  public about!: Resource;

  public constructor(
    private readonly rule: PolicyRule,
    private readonly ledger: Ledger,
  ) {}

  public fail(path: string | readonly PathSegment[], message: string, fix?: string): void {
    const segments = typeof path === 'string' ? parsePath(path) : path;
    if (isFilledIn(this.about.manifest, segments)) {
      this.skip(FILLED_IN);
      return;
    }
    this.ledger.findings.push({
      rule: this.rule.name,
      severity: this.rule.severity,
      object: this.about.ref,
      path: formatPath(this.about.effective, segments),
      segments,
      message,
      fix: fix ?? this.rule.remediation,
    });
  }

  public skip(reason: string): void {
    this.ledger.skipped.push({ rule: this.rule.name, object: this.about.ref, reason });
  }
}

function report(objects: number, ledger: Ledger, suppressions: Suppressions): PolicyReport {
  const { kept, suppressed } = suppressions.apply(ledger.findings, ledger.skipped);
  return {
    objects,
    passed: ledger.passed,
    failed: ledger.failed,
    skipped: ledger.skipped,
    findings: kept.sort(order).map(shortened),
    suppressed,
  };
}

/** A finding that a person can read, whatever the manifest holds. */
function shortened(finding: Finding): Finding {
  const { object, path, message, fix } = finding;
  return [object.name, path, message, fix ?? ''].some((text) => text.length > MAX_TEXT)
    ? {
        ...finding,
        object: { ...object, name: clip(object.name) },
        path: clip(path),
        message: clip(message),
        ...(fix === undefined ? {} : { fix: clip(fix) }),
      }
    : finding;
}

const MAX_TEXT = 600;

function clip(text: string): string {
  return text.length > MAX_TEXT ? `${text.slice(0, MAX_TEXT)}...` : text;
}

function order(a: Finding, b: Finding): number {
  if (a.severity !== b.severity) {
    return a.severity === 'error' ? -1 : 1;
  }
  return compare(place(a.object), place(b.object)) || compare(a.path, b.path) || compare(a.rule, b.rule);
}

function place(object: ObjectRef): string {
  return `${object.origin.file ?? ''} ${object.namespace ?? ''} ${object.kind} ${object.name}`;
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
