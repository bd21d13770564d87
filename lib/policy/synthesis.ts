import { ApiObject } from 'cdk8s';
import type { IConstruct } from 'constructs';
import { Refusal } from '../_refusal';
import { manifestOf } from '../_manifests';
import { RequiredSecret } from '../gitops/required-secret';
import type { Ignore } from './_suppress';
import { refuse } from '../_refuse';
import { FACTS, problemOf } from './check-facts';
import { checkManifests } from './check';
import { type ConstructFacts, factsOf, mergeFacts } from './facts';
import { type PolicyReport, findingLine } from './finding';
import type { ExternalObject, PlatformFacts } from './platform-facts';
import type { PolicyInput } from './resource';
import { builtInKinds } from './schema/_catalog';
import { customKinds } from './schema/custom-kinds';

/** What an app may say to the policy. */
export interface PolicyProps {
  /**
   * Findings to accept, each with its reason. They are listed in every report.
   * @default - none
   */
  readonly ignore?: readonly Ignore[];

  /**
   * What is known of the target cluster, beside what the constructs know: above all objects that somebody else owns.
   * @default - what the constructs know
   */
  readonly facts?: PlatformFacts;

  /**
   * CustomResourceDefinitions, as objects, of kinds that this package has no schema for.
   * @default - none
   */
  readonly customResources?: readonly unknown[];
}

/** A manifest, the construct that made it, and where it goes. */
interface Made extends PolicyInput {
  readonly construct: IConstruct;
}

/** The namespaces that every cluster has. */
const NAMESPACES: readonly ExternalObject[] = ['default', 'kube-system'].map((name) => ({ kind: 'Namespace', name }));

/**
 * Judges all objects below `root` as they are now, with what the constructs know of their cluster. Objects of
 * different platforms are judged apart, because a node of the one is no node of the other.
 *
 * @param written what is written for an object; what the construct says where nothing is known
 */
export function checkConstructs(
  root: IConstruct,
  props: PolicyProps = {},
  written: (object: ApiObject) => unknown = manifestOf,
): PolicyReport {
  const problem = props.facts === undefined ? undefined : problemOf(props.facts, FACTS);
  if (problem !== undefined) {
    refuse(root, `'facts' of the policy ${problem}`);
  }
  const constructs = root.node.findAll();
  const made = constructs
    .filter((construct) => construct instanceof ApiObject)
    .map((construct): Made => ({
      construct,
      manifest: written(construct),
      origin: { constructPath: construct.node.path },
    }));
  const known = knownFacts(constructs);
  const common = commonFacts(root, props);
  const kinds = new Map([
    ...builtInKinds(),
    ...customKinds(props.customResources ?? []).map((kind) => [kind.id, kind] as const),
  ]);
  const reports = platformsOf(made, known).map(({ inputs, facts }) =>
    checkManifests(inputs, { platform: mergeFacts([...facts, ...common]), ignore: props.ignore ?? [], kinds }),
  );
  return reports.length === 1 ? (reports[0] as PolicyReport) : joined(reports);
}

/**
 * `docs/platform.json`: what the policy knows of the cluster, for `phoenix check --platform`. Nothing where objects of
 * several platforms are in one app, or where no construct knows one.
 */
export function factsFiles(
  root: IConstruct,
  props: PolicyProps,
): readonly { readonly path: string; readonly text: string }[] {
  const known = knownFacts(root.node.findAll()).map(({ facts }) => facts);
  if (new Set(known.flatMap(({ platform }) => platform ?? [])).size !== 1) {
    return [];
  }
  const { platform: _, ...facts } = mergeFacts([...known, ...commonFacts(root, props)]) as ConstructFacts;
  return [{ path: 'docs/platform.json', text: `${JSON.stringify(facts, null, 2)}\n` }];
}

type KnownFacts = readonly { readonly construct: IConstruct; readonly facts: ConstructFacts }[];

function knownFacts(constructs: readonly IConstruct[]): KnownFacts {
  return constructs.flatMap((construct) => factsOf(construct).map((facts) => ({ construct, facts })));
}

/** What holds on every platform, and the Secrets that people provide. */
function commonFacts(root: IConstruct, { facts }: PolicyProps): readonly PlatformFacts[] {
  const secrets = RequiredSecret.findAll(root).map(({ namespace, name, keys }) => ({
    kind: 'Secret',
    namespace,
    name,
    keys: keys.map(({ key }) => key),
  }));
  return [{ external: [...NAMESPACES, ...secrets] }, ...(facts === undefined ? [] : [facts])];
}

/**
 * Stops synthesis where the policy found an error.
 * @throws all errors in one message, each with the path of its construct
 */
export function refuseErrors(report: PolicyReport): void {
  const errors = report.findings.filter(({ severity }) => severity === 'error');
  if (errors.length > 0) {
    throw new Refusal(
      `the policy refuses ${errors.length === 1 ? 'this' : `${errors.length} things`}:\n  ${errors.map(findingLine).join('\n  ')}`,
    );
  }
}

/** Objects by the platform that their nearest constructs name; those that name none go with the first. */
function platformsOf(
  made: readonly Made[],
  known: KnownFacts,
): readonly { readonly inputs: readonly Made[]; readonly facts: readonly ConstructFacts[] }[] {
  const names = [...new Set(known.flatMap(({ facts }) => facts.platform ?? []))];
  if (names.length < 2) {
    return [{ inputs: made, facts: known.map(({ facts }) => facts) }];
  }
  // A service is what stands right below the app.
  const serviceOf = (construct: IConstruct): string => construct.node.path.split('/')[0] ?? '';
  const platformOf = new Map(
    known.flatMap(({ construct, facts }) =>
      facts.platform === undefined ? [] : [[serviceOf(construct), facts.platform] as const],
    ),
  );
  const nameOf = (construct: IConstruct): string => platformOf.get(serviceOf(construct)) ?? (names[0] as string);
  return names.map((name) => ({
    inputs: made.filter(({ construct }) => nameOf(construct) === name),
    facts: known.filter(({ construct }) => nameOf(construct) === name).map(({ facts }) => facts),
  }));
}

function joined(reports: readonly PolicyReport[]): PolicyReport {
  const sum = (count: (report: PolicyReport) => number): number =>
    reports.reduce((all, report) => all + count(report), 0);
  return {
    objects: sum((report) => report.objects),
    passed: sum((report) => report.passed),
    failed: sum((report) => report.failed),
    skipped: reports.flatMap((report) => report.skipped),
    findings: reports.flatMap((report) => report.findings),
    suppressed: reports.flatMap((report) => report.suppressed),
  };
}
