import { Chart, type ChartProps } from 'cdk8s';
import type { Construct } from 'constructs';
import { checkDnsLabel, pathName } from '../_names';

/**
 * What an engine does with a unit. `core` is what the service needs to run and is gated; nothing may depend on
 * `monitoring` or `drills`, so neither can ever hold up the service.
 */
export type UnitRole = 'core' | 'monitoring' | 'drills';

/** Properties for `Unit`. */
export interface UnitProps extends ChartProps {
  /**
   * What an engine does with the unit.
   * @default 'core'
   */
  readonly role?: UnitRole;

  /**
   * Names of units that somebody else owns and that must be ready first, such as the operator's Flux Kustomization.
   * @default - none
   */
  readonly dependsOnExternal?: readonly string[];

  /**
   * Folder of hand-owned manifests, relative to the repository's deploy folder (`secrets`). The unit then holds no
   * objects of its own and nothing is ever written to that folder.
   * @default - the unit holds the objects defined in it
   */
  readonly folder?: string;
}

const UNIT = Symbol.for('cdk8s-phoenix.Unit');

/**
 * A chart that a GitOps engine applies, gates and depends on as a whole. A plain `Chart` is a unit too, with the
 * defaults of `UnitProps`; order comes from `addDependency` alone.
 *
 * The name is the construct's path joined by dashes: `state-hub/database` is `state-hub-database`. Renaming it makes
 * Flux prune what it held, so ids are contract.
 */
export class Unit extends Chart {
  /** Whether `x` is a `Unit`, also one from another copy of this package. */
  public static isUnit(x: unknown): x is Unit {
    return typeof x === 'object' && x !== null && UNIT in x;
  }

  public readonly unitName: string;
  public readonly role: UnitRole;
  public readonly dependsOnExternal: readonly string[];
  public readonly folder: string | undefined;

  public constructor(scope: Construct, id: string, props: UnitProps = {}) {
    super(scope, id, { disableResourceNameHashes: true, ...props });
    Object.defineProperty(this, UNIT, { value: true });
    this.unitName = pathName(this);
    this.role = props.role ?? 'core';
    this.dependsOnExternal = [...(props.dependsOnExternal ?? [])];
    this.folder = props.folder;
    checkDnsLabel(this, 'id', this.unitName);
  }
}
