import { type PathSegment, formatPath, parsePath } from './_path';
import { judgeCel } from './_cel-layer';
import { type Ignore, type Suppressions, readSuppressions } from './_suppress';
import { type CelTask, withDefaults } from './defaults';
import { type Finding, type ObjectRef, type PolicyReport, type Skipped, objectName } from './finding';
import type { PlatformFacts } from './platform-facts';
import { rules as allRules } from './registry';
import { type PolicyInput, type Resource, type YamlObject, idOf, isObject, makeResource, refOf } from './resource';
import type { PolicyRule, Report } from './rule';
import { type KindEntry, builtInKinds } from './schema/_catalog';
import { customKinds, isDefinition } from './schema/custom-kinds';
import { DEFAULT_TARGET, type SchemaProblem, validateManifest } from './schema/validate';
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
  const kinds = withDefinitions(options.kinds ?? builtInKinds(), inputs);
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

/** Custom resources may come with their definitions. Those of this package know more, and stay. */
function withDefinitions(
  kinds: ReadonlyMap<string, KindEntry>,
  inputs: readonly PolicyInput[],
): ReadonlyMap<string, KindEntry> {
  const definitions = inputs
    .map(({ manifest }) => manifest)
    .filter((manifest) => isDefinition(manifest) && validateManifest(manifest, { kinds }).length === 0);
  return definitions.length === 0
    ? kinds
    : new Map([...customKinds(definitions).map((kind) => [kind.id, kind] as const), ...kinds]);
}

function judgeAlone(
  input: PolicyInput,
  kinds: ReadonlyMap<string, KindEntry>,
  target: string,
  ledger: Ledger,
): Resource | undefined {
  const origin = input.origin ?? {};
  const { manifest } = input;
  const problems = validateManifest(manifest, { kinds, target });
  const broken = problems.some((p) => p.advisory !== true || p.keyword === 'kind');
  count(ledger, broken);
  if (!isObject(manifest)) {
    problems.forEach((problem) => ledger.findings.push(schemaFinding(problem, refOf(manifest, origin))));
    return undefined;
  }
  const ref = refOf(manifest, origin);
  problems.forEach((problem) => ledger.findings.push(schemaFinding(problem, ref)));
  const entry = broken ? undefined : kinds.get(idOf(ref));
  for (const about of entry?.unjudged ?? []) {
    ledger.skipped.push({ rule: 'schema', object: ref, reason: `its CustomResourceDefinition has ${about}` });
  }
  const clusterScoped = entry?.scope === 'Cluster';
  const extras = entry?.extras();
  if (extras === undefined) {
    return makeResource(manifest, manifest, broken, ref, clusterScoped);
  }
  const tasks: CelTask[] = [];
  const effective = withDefaults(manifest, extras, tasks) as YamlObject;
  const celBroken = tasks.length > 0 && judgeCel(manifest, ref, tasks, ledger);
  return makeResource(manifest, effective, celBroken, ref, clusterScoped);
}

function schemaFinding(problem: SchemaProblem, object: ObjectRef): Finding {
  return {
    rule: problem.keyword === 'kind' ? 'unknown-kind' : problem.keyword === 'version' ? 'target-version' : 'schema',
    severity: problem.advisory === true ? 'warning' : 'error',
    object,
    path: problem.path,
    segments: problem.segments,
    message: problem.message,
    ...(problem.fix === undefined ? {} : { fix: problem.fix }),
  };
}

/** A rule with the one report that it writes to, whatever object it looks at. */
interface RunningRule {
  readonly rule: PolicyRule;
  readonly report: Reporter;
}

function runRules(rules: readonly PolicyRule[], resources: readonly Resource[], world: World, ledger: Ledger): void {
  const byKind = new Map<string, RunningRule[]>();
  for (const rule of rules) {
    const running = { rule, report: new Reporter(rule, ledger) };
    for (const kind of rule.kinds) {
      const list = byKind.get(kind);
      if (list === undefined) {
        byKind.set(kind, [running]);
      } else {
        list.push(running);
      }
    }
  }
  const everywhere = byKind.get('*') ?? [];
  for (const resource of resources) {
    for (const running of byKind.get(resource.id) ?? []) {
      runRule(running, resource, world, ledger);
    }
    for (const running of everywhere) {
      runRule(running, resource, world, ledger);
    }
  }
}

function runRule({ rule, report }: RunningRule, resource: Resource, world: World, ledger: Ledger): void {
  if (resource.broken) {
    ledger.skipped.push({ rule: rule.name, object: resource.ref, reason: 'its schema is not valid' });
    return;
  }
  const before = ledger.findings.length;
  const skippedBefore = ledger.skipped.length;
  report.about = resource;
  world.takeDoubt();
  rule.check(resource, world, report);
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
