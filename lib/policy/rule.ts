import type { PathSegment } from './_path';
import type { Severity } from './finding';
import type { PlatformFacts } from './platform-facts';
import type { Resource } from './resource';
import type { World } from './world';

/** The area that a rule guards, and its chapter in the documentation. */
export type RuleFamily =
  | 'references'
  | 'kubernetes'
  | 'cloudnative-pg'
  | 'availability'
  | 'network'
  | 'security'
  | 'gitops'
  | 'drills';

/** How a rule says what it found. */
export interface Report {
  /**
   * @param path `spec.instances`, `['spec', 'plugins', 0]`, or empty for the object as a whole
   * @param message what was found and why it hurts, lower case, no final period
   * @param fix what to write instead, if it differs from the rule's remediation
   */
  fail(path: string | readonly PathSegment[], message: string, fix?: string): void;
  /** The check needs a fact that is not there, such as the target platform. */
  skip(reason: string): void;
}

/** Manifests that show the rule, and the one fact that makes it fire. */
export interface RuleExample {
  /** Objects without a finding of this rule. */
  readonly fine: readonly Readonly<Record<string, unknown>>[];
  /** What is known of the cluster, where the rule asks for it. */
  readonly platform?: PlatformFacts;
  /** The one change that makes the rule fire. */
  readonly broken: {
    /** Index into `fine` of the object that changes. */
    readonly object: number;
    readonly path: string;
    /** New value; absent where the field is removed. */
    readonly value?: unknown;
  };
}

/** One check that no schema can make. */
export interface PolicyRule {
  /** Kebab-case; also its file's name and the suffix of the annotation that suppresses it. */
  readonly name: string;
  readonly family: RuleFamily;
  readonly severity: Severity;
  /** Kinds that it judges, as `apiVersion/kind`. */
  readonly kinds: readonly string[];
  /** What it refuses, one sentence. */
  readonly summary: string;
  /** What happens to those who do it: the incident or the documented fact, with its public thread. */
  readonly why: string;
  /** What to write instead, an imperative sentence without a period. */
  readonly remediation: string;
  /** Made when somebody asks: the documentation and the tests do, synthesis does not. */
  example(): RuleExample;
  check(resource: Resource, world: World, report: Report): void;
}
