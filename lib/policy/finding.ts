import { printable } from '../_printable';
import type { PathSegment } from './_path';

/** `error` stops synthesis and fails the check; `warning` is shown. */
export type Severity = 'error' | 'warning';

/** Where an object came from, as far as is known. */
export interface Origin {
  /** Path of the construct that made it. */
  readonly constructPath?: string;
  /** File that it was read from. */
  readonly file?: string;
  /** Line and column from 1, where they are known without reading the file again. */
  readonly line?: number;
  readonly column?: number;
  /** Which document of the file, from 0. */
  readonly document?: number;
  /** Which item of the document, where that is a List, from 0. */
  readonly item?: number;
}

/** Which object a finding is about. */
export interface ObjectRef {
  readonly apiVersion: string;
  readonly kind: string;
  readonly namespace?: string;
  readonly name: string;
  readonly origin: Origin;
}

/** One thing that is wrong, and what to do about it. */
export interface Finding {
  readonly rule: string;
  readonly severity: Severity;
  readonly object: ObjectRef;
  /** Place in field form with list-map key names; empty for the object as a whole. */
  readonly path: string;
  readonly segments: readonly PathSegment[];
  /** One or two sentences, lower case, no final period: what was found and why it hurts. */
  readonly message: string;
  /** What to write instead. */
  readonly fix?: string;
}

/** A finding that somebody decided to live with. */
export interface Suppressed {
  readonly finding: Finding;
  readonly reason: string;
  /** Whether the decision is written on the object or in code. */
  readonly written: 'object' | 'code';
}

/** A check that could not be made. Never silent: it is counted and shown. */
export interface Skipped {
  readonly rule: string;
  readonly object: ObjectRef;
  /** Why, in words that other checks share. */
  readonly reason: string;
  /** Place and rule, where the reason has them. */
  readonly detail?: string;
}

/** What a check found. Every pair of a rule and an object that it applies to is in exactly one of the three counts. */
export interface PolicyReport {
  /** Objects looked at. */
  readonly objects: number;
  /** Pairs of rule and object without a finding. */
  readonly passed: number;
  /** Pairs with a finding, also suppressed ones. */
  readonly failed: number;
  readonly skipped: readonly Skipped[];
  /** Errors first, then by object and place. */
  readonly findings: readonly Finding[];
  readonly suppressed: readonly Suppressed[];
}

/** `Cluster shop/db`, without what could drive a terminal. */
export function objectName(object: ObjectRef): string {
  return printable(`${object.kind} ${object.namespace === undefined ? '' : `${object.namespace}/`}${object.name}`);
}

/** `[shop/db/Resource] Cluster shop/db spec.instances: …`, one line. */
export function findingLine(finding: Finding): string {
  const where = finding.object.origin.constructPath ?? finding.object.origin.file;
  const place = [objectName(finding.object), finding.path].filter((part) => part !== '').join(' ');
  const fix = finding.fix === undefined ? '' : ` (${finding.fix})`;
  return printable(`${where === undefined ? '' : `[${where}] `}${place}: ${finding.message}${fix} [${finding.rule}]`);
}
