import { type PathSegment, formatPath, jsonPointer } from '../_path';
import { minor } from '../versions';
import { type KindEntry, type SinceEntry, sinceTable } from './_catalog';
import { cnpgTree, isCnpg } from './_cnpg-fields';
import type { SchemaProblem } from './_explain';

/** The fields of a kind that the target lacks or may lack, as a tree; only these are looked at. */
export interface TargetNode {
  readonly p?: Readonly<Record<string, TargetNode>>;
  readonly i?: TargetNode;
  readonly a?: TargetNode;
  /** What is wrong with the field where it is set. */
  readonly problem?: { readonly message: string; readonly advisory: boolean; readonly fix?: string };
}

/** By version, of kinds and of the definitions that they share. */
const trees = new Map<string, Map<string, TargetNode | undefined>>();

/** The versions that must take a manifest. */
export interface Target {
  readonly kubernetes: string;
  readonly cloudNativePg: string;
}

/**
 * Fields of the manifest that the target does not have: Kubernetes lacks them, or drops them unless a feature gate is
 * on; CloudNativePG lacks them yet or no more.
 */
export function newerThan(manifest: object, kind: KindEntry, target: Target): SchemaProblem[] {
  const tree = treeOf(kind.id, isCnpg(kind.id) ? target.cloudNativePg : target.kubernetes);
  if (tree === undefined) {
    return NONE;
  }
  const problems: SchemaProblem[] = [];
  walk(manifest, tree, [], (segments, found) => {
    problems.push({
      path: formatPath(manifest, segments),
      segments: [...segments],
      pointer: jsonPointer(segments),
      keyword: 'version',
      ...found,
    });
  });
  return problems;
}

const NONE: SchemaProblem[] = [];

type Found = (segments: readonly PathSegment[], problem: NonNullable<TargetNode['problem']>) => void;

function walk(value: unknown, node: TargetNode, segments: PathSegment[], found: Found): void {
  if (value === undefined || value === null) {
    return;
  }
  if (node.problem !== undefined) {
    found(segments, node.problem);
    return;
  }
  if (Array.isArray(value)) {
    for (let i = 0; node.i !== undefined && i < value.length; i++) {
      step(value, i, node.i, segments, found);
    }
  } else if (typeof value === 'object') {
    for (const name in node.p) {
      step(value, name, node.p[name] as TargetNode, segments, found);
    }
    if (node.a !== undefined) {
      for (const name of Object.keys(value)) {
        step(value, name, node.a, segments, found);
      }
    }
  }
}

function step(value: object, at: PathSegment, node: TargetNode, segments: PathSegment[], found: Found): void {
  segments.push(at);
  walk((value as Record<PathSegment, unknown>)[at], node, segments, found);
  segments.pop();
}

/** The tree of a kind or a definition; `undefined` where every version has all of it. */
function treeOf(name: string, version: string): TargetNode | undefined {
  const known = trees.get(version) ?? new Map<string, TargetNode | undefined>();
  trees.set(version, known);
  if (known.has(name)) {
    return known.get(name);
  }
  const fields = sinceTable()[name];
  if (fields === undefined) {
    const tree = isCnpg(name) ? cnpgTree(name, version) : undefined;
    known.set(name, tree);
    return tree;
  }
  const p: Record<string, TargetNode> = {};
  // Known before its fields are: a definition may hold itself.
  known.set(name, { p });
  for (const [field, entry] of Object.entries(fields)) {
    const node = typeof entry === 'string' ? wayTo(entry, version) : problemOf(field, entry, version);
    Object.assign(p, node && { [field]: node });
  }
  return known.get(name);
}

/** `core.v1.Container`, `core.v1.Container[]` for a list of them, `{}` for a map. */
function wayTo(entry: string, version: string): TargetNode | undefined {
  const below = treeOf(definitionOf(entry), version);
  return below && (entry.endsWith('[]') ? { i: below } : entry.endsWith('{}') ? { a: below } : below);
}

function problemOf(field: string, entry: SinceEntry, version: string): TargetNode | undefined {
  const problem = judge(field, entry, minor(version), version);
  return problem && { problem };
}

function definitionOf(way: string): string {
  return way.replace(/\W+$/, '');
}

function judge(name: string, entry: SinceEntry, targetMinor: number, target: string): TargetNode['problem'] {
  if (entry.absentIn !== undefined && targetMinor <= minor(entry.absentIn)) {
    return { message: `'${name}' does not exist in Kubernetes ${target}; ${entry.since} has it`, advisory: false };
  }
  if (entry.since !== undefined && targetMinor < minor(entry.since)) {
    return {
      message: `'${name}' may not exist in Kubernetes ${target}: ${entry.absentIn} lacks it, ${entry.since} has it`,
      advisory: true,
    };
  }
  if (entry.until !== undefined && targetMinor > minor(entry.until)) {
    return {
      message: `'${name}' may be gone in Kubernetes ${target}: ${entry.until} was the last to have it`,
      advisory: true,
    };
  }
  if (entry.gate !== undefined && targetMinor < (entry.onSince as number)) {
    return {
      message: `Kubernetes ${target} drops '${name}' silently unless the feature gate ${entry.gate} is on`,
      advisory: true,
    };
  }
  return undefined;
}
