import { formatPath, parsePath } from './_path';
import { judgeCel } from './_cel-layer';
import { type Ignore, type Suppressions, readSuppressions } from './_suppress';
import { type CelTask, withDefaults } from './defaults';
import { type Finding, type ObjectRef, type PolicyReport, type Severity, type Skipped, objectName } from './finding';
import type { PlatformFacts } from './platform-facts';
import { rules as allRules } from './registry';
import { type PolicyInput, type Resource, isObject, makeResource, refOf } from './resource';
import type { PolicyRule, Report } from './rule';
import { type KindEntry, builtInKinds } from './schema/_catalog';
import { DEFAULT_TARGET, validateManifest } from './schema/validate';
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
   * Kinds with a schema.
   * @default - those of this package
   */
  readonly kinds?: ReadonlyMap<string, KindEntry>;
}

/** Collects what the layers say. */
interface Ledger {
  readonly findings: Finding[];
  readonly skipped: Skipped[];
  passed: number;
  failed: number;
}

/**
 * Judges manifests as one set: schema, then defaults and CEL, then rules; a layer passes over what a lower one refused.
 * Pure: the same input gives the same report. Never throws, whatever the manifests are.
 */
export function checkManifests(inputs: readonly PolicyInput[], options: CheckOptions = {}): PolicyReport {
  const ledger: Ledger = { findings: [], skipped: [], passed: 0, failed: 0 };
  const kinds = options.kinds ?? builtInKinds();
  const platform = options.platform ?? {};
  const resources: Resource[] = [];
  for (const input of inputs) {
    const resource = judgeAlone(input, kinds, platform.kubernetes ?? DEFAULT_TARGET, ledger);
    if (resource !== undefined) {
      resources.push(resource);
    }
  }
  const world = new World(resources, platform);
  const rules = options.rules ?? allRules;
  runRules(rules, resources, world, ledger);

  const suppressions = readSuppressions(resources, options.ignore ?? [], allRules, rules);
  return report(inputs.length, ledger, suppressions);
}

function judgeAlone(
  input: PolicyInput,
  kinds: ReadonlyMap<string, KindEntry>,
  target: string,
  ledger: Ledger,
): Resource | undefined {
  const origin = input.origin ?? {};
  const problems = validateManifest(input.manifest, { kinds, target });
  for (const problem of problems) {
    ledger.findings.push({
      rule: problem.keyword === 'kind' ? 'unknown-kind' : problem.keyword === 'version' ? 'target-version' : 'schema',
      severity: problem.advisory === true ? 'warning' : 'error',
      object: refOf(input.manifest, origin),
      path: problem.path,
      segments: problem.segments,
      message: problem.message,
      ...(problem.fix === undefined ? {} : { fix: problem.fix }),
    });
  }
  const broken = problems.some((p) => p.advisory !== true || p.keyword === 'kind');
  count(ledger, broken);
  if (!isObject(input.manifest)) {
    return undefined;
  }
  const extras = broken ? undefined : kinds.get(`${input.manifest['apiVersion']}/${input.manifest['kind']}`)?.extras();
  if (extras === undefined) {
    return makeResource(input.manifest, input.manifest, broken, origin);
  }
  const tasks: CelTask[] = [];
  const effective = withDefaults(input.manifest, extras, tasks) as typeof input.manifest;
  const celBroken = tasks.length > 0 && judgeCel(input.manifest, refOf(input.manifest, origin), tasks, ledger);
  return makeResource(input.manifest, effective, celBroken, origin);
}

function runRules(rules: readonly PolicyRule[], resources: readonly Resource[], world: World, ledger: Ledger): void {
  const byKind = new Map<string, PolicyRule[]>();
  for (const rule of rules) {
    for (const kind of rule.kinds) {
      const list = byKind.get(kind) ?? [];
      list.push(rule);
      byKind.set(kind, list);
    }
  }
  const everywhere = byKind.get('*') ?? [];
  for (const resource of resources) {
    const own = byKind.get(resource.id);
    for (const rule of own === undefined ? everywhere : everywhere.length === 0 ? own : [...own, ...everywhere]) {
      runRule(rule, resource, world, ledger);
    }
  }
}

function runRule(rule: PolicyRule, resource: Resource, world: World, ledger: Ledger): void {
  if (resource.broken) {
    ledger.skipped.push({ rule: rule.name, object: resource.ref, reason: 'its schema is not valid' });
    return;
  }
  const before = ledger.findings.length;
  const skippedBefore = ledger.skipped.length;
  world.takeDoubt();
  rule.check(resource, world, reporter(rule.name, rule.severity, rule.remediation, resource, ledger));
  const doubt = world.takeDoubt();
  if (ledger.findings.length > before && doubt !== undefined) {
    // One mistake, one finding: the rest may be right once that one is mended.
    ledger.findings.length = before;
    ledger.skipped.length = skippedBefore;
    const reason = `it depends on ${objectName(doubt.ref)}, whose schema is not valid`;
    ledger.skipped.push({ rule: rule.name, object: resource.ref, reason });
  } else if (ledger.findings.length > before) {
    ledger.skipped.length = skippedBefore;
    count(ledger, true);
  } else if (ledger.skipped.length === skippedBefore) {
    count(ledger, false);
  }
}

function reporter(rule: string, severity: Severity, remedy: string, resource: Resource, ledger: Ledger): Report {
  return {
    fail(path, message, fix) {
      const segments = typeof path === 'string' ? parsePath(path) : path;
      ledger.findings.push({
        rule,
        severity,
        object: resource.ref,
        path: formatPath(resource.effective, segments),
        segments,
        message,
        fix: fix ?? remedy,
      });
    },
    skip(reason) {
      ledger.skipped.push({ rule, object: resource.ref, reason });
    },
  };
}

function report(objects: number, ledger: Ledger, suppressions: Suppressions): PolicyReport {
  const { kept, suppressed } = suppressions.apply(ledger.findings);
  return {
    objects,
    passed: ledger.passed,
    failed: ledger.failed,
    skipped: ledger.skipped,
    findings: kept.sort(order),
    suppressed,
  };
}

function count(ledger: Ledger, failed: boolean): void {
  if (failed) {
    ledger.failed += 1;
  } else {
    ledger.passed += 1;
  }
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
