import { readFileSync } from 'node:fs';
import { groupBy } from './_group';
import { printable } from '../_printable';
import { refuse } from '../_refuse';
import { FACTS, FILES, IGNORE, type Takes, problemOf } from './check-facts';
import { checkManifests } from './check';
import { type Finding, type PolicyReport, objectName } from './finding';
import type { Ignore } from './_suppress';
import type { PlatformFacts } from './platform-facts';
import { type ReadManifests, readManifests } from './reading';
import { acceptedLine, skippedLines } from './report-lines';
import { rules } from './registry';
import { isObject, refOf } from './resource';
import { builtInKinds } from './schema/_catalog';
import { customKinds } from './schema/custom-kinds';

/** What cdk8s-cli gives to a validation, as far as it is used here. */
export interface PluginContext {
  /** Paths of the YAML files that the app wrote. */
  readonly manifests: readonly string[];
  /** `metadata.name` to the path of a construct that made an object of that name. */
  readonly metadata: Readonly<Record<string, { readonly path: string }>>;
  readonly report: {
    addViolation(violation: PluginViolation): void;
    submit(status: 'success' | 'failure', metadata?: Readonly<Record<string, string>>): void;
  };
}

/** One row of cdk8s-cli's report. */
export interface PluginViolation {
  readonly ruleName: string;
  readonly recommendation: string;
  readonly fix: string;
  readonly violatingResources: readonly {
    readonly resourceName: string;
    readonly locations: readonly string[];
    readonly manifestPath: string;
  }[];
}

/** `properties` of the validation in `cdk8s.yaml`. */
export interface PolicyValidationProps {
  /**
   * What is known of the target cluster.
   * @default - nothing
   */
  readonly facts?: PlatformFacts;

  /**
   * Findings to accept, each with its reason.
   * @default - none
   */
  readonly ignore?: readonly Ignore[];

  /**
   * Files with CustomResourceDefinitions of kinds that this package has no schema for, from the folder of `cdk8s.yaml`.
   * Those among the app's own manifests are known without it.
   * @default - none
   */
  readonly customResourceFiles?: readonly string[];
}

/**
 * The policy as a validation of cdk8s-cli, for apps that should not be changed: `cdk8s synth` then judges what it
 * wrote, whoever wrote the app.
 *
 * ```yaml
 * validations:
 *   - package: ./node_modules/cdk8s-phoenix
 *     version: 0.1.0
 *     class: PolicyValidation
 * ```
 *
 * cdk8s-cli has no warnings: those are written as `warning: ...` and fail nothing. It finds constructs by the name of
 * the object alone, so that the path of a construct is shown only where no other object has that name; `Policy.of(app)`
 * always knows it.
 */
export class PolicyValidation {
  private readonly props: PolicyValidationProps;

  /** @throws if a property is unknown or has a wrong value: cdk8s-cli takes any properties from `cdk8s.yaml` */
  public constructor(props?: PolicyValidationProps) {
    this.props = props ?? {};
    const facts = this.props.facts === undefined ? undefined : problemOf(this.props.facts, FACTS);
    const problem = problemOf(this.props, PROPS) ?? (facts === undefined ? undefined : `'facts' ${facts}`);
    if (problem !== undefined) {
      refuse("'properties' of PolicyValidation in cdk8s.yaml", problem);
    }
  }

  /** Called by cdk8s-cli. */
  public validate(context: PluginContext): Promise<void> {
    const read = context.manifests.map(readFile);
    const definitions = (this.props.customResourceFiles ?? []).map(readFile);
    const kinds = customKinds(definitions.flatMap(({ inputs }) => inputs.map(({ manifest }) => manifest)));
    const report = checkManifests(
      read.flatMap(({ inputs }) => inputs),
      {
        platform: this.props.facts ?? {},
        ignore: this.props.ignore ?? [],
        incomplete: read.some((one) => one.findings.length > 0),
        kinds: new Map([...builtInKinds(), ...kinds.map((kind) => [kind.id, kind] as const)]),
      },
    );
    const findings = [...[...definitions, ...read].flatMap((one) => one.findings), ...report.findings];
    nameConstructs(
      context,
      read.flatMap(({ inputs }) => inputs.map(({ manifest }) => manifest)),
    );
    for (const [rule, group] of byRule(findings)) {
      context.report.addViolation(violation(rule, group));
    }
    const failed = findings.some(({ severity }) => severity === 'error');
    context.report.submit(failed ? 'failure' : 'success', totals(report, findings));
    return Promise.resolve();
  }
}

/** The facts are looked at one by one. */
const PROPS: Readonly<Record<keyof PolicyValidationProps, Takes>> = {
  facts: ['a map with what is known of the cluster', isObject],
  ignore: IGNORE,
  customResourceFiles: FILES,
};

function readFile(path: string): ReadManifests {
  return readManifests(readFileSync(path), path);
}

/** cdk8s-cli looks paths up by resource name: it gets one under the full name, where the short one is not ambiguous. */
function nameConstructs(context: PluginContext, manifests: readonly unknown[]): void {
  const names = new Map<string, Set<string>>();
  for (const manifest of manifests) {
    const object = refOf(manifest, {});
    names.set(object.name, (names.get(object.name) ?? new Set()).add(objectName(object)));
  }
  const metadata = context.metadata as Record<string, { readonly path: string }>;
  for (const [name, full] of names) {
    const known = metadata[name];
    if (known !== undefined && full.size === 1) {
      metadata[[...full][0] as string] = known;
    }
  }
}

function byRule(findings: readonly Finding[]): ReadonlyMap<string, readonly Finding[]> {
  return groupBy(findings, ({ severity, rule }) => (severity === 'warning' ? `warning: ${rule}` : rule));
}

/** Why findings hurt that no rule stands for; what schemas and CEL find is refused by the API server. */
const LAYERS: Readonly<Record<string, string>> = {
  'unknown-kind': 'Without a schema nothing in it is checked.',
  'target-version': 'The target version does not have it, and refuses or drops it.',
  'unused-suppression': 'It would hide the next finding of its rule.',
  unreadable: 'Nothing in the file is checked.',
  internal: 'A defect of cdk8s-phoenix: the object was not judged.',
};

function violation(name: string, findings: readonly Finding[]): PluginViolation {
  const rule = rules.find((one) => name.replace(/^warning: /, '') === one.name);
  const objects = groupBy(findings, ({ object }) => objectName(object));
  return {
    ruleName: name,
    recommendation: rule?.why ?? LAYERS[name.replace(/^warning: /, '')] ?? 'The API server refuses it.',
    fix: printable(
      [...new Set(findings.flatMap(({ fix }) => fix ?? []))].join('; ') || (rule?.remediation ?? 'correct it'),
    ),
    violatingResources: [...objects].map(([resourceName, group]) => ({
      resourceName,
      manifestPath: group[0]?.object.origin.file ?? '',
      locations: group.map(({ path, message }) => printable(path === '' ? message : `${path}: ${message}`)),
    })),
  };
}

function totals(report: PolicyReport, findings: readonly Finding[]): Readonly<Record<string, string>> {
  return {
    objects: String(report.objects),
    passed: String(report.passed),
    errors: String(findings.filter(({ severity }) => severity === 'error').length),
    warnings: String(findings.filter(({ severity }) => severity === 'warning').length),
    skipped: listed(report.skipped.length, skippedLines(report.skipped)),
    accepted: listed(report.suppressed.length, report.suppressed.map(acceptedLine)),
  };
}

/** The number, and in the same cell what it counts. */
function listed(number: number, lines: readonly string[]): string {
  return [String(number), ...lines].join('\n');
}
