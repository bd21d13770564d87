import type { Duration } from 'cdk8s';
import type { IConstruct } from 'constructs';
import { seconds } from '../_duration';
import { refuse } from '../_refuse';

/** What can go wrong, from the smallest loss to the largest. The order is the order of all tables. */
export const FAILURE_CLASSES = ['instanceLoss', 'nodeLoss', 'clusterLoss', 'humanError'] as const;

/** `instanceLoss` (a pod), `nodeLoss`, `clusterLoss` (restore elsewhere), `humanError` (restore to a point in time). */
export type FailureClass = (typeof FAILURE_CLASSES)[number];

/** What a failure may cost at most. */
export interface Objective {
  /** Recovery point objective: how much of what was acknowledged may be lost. 0 means nothing. */
  readonly rpo: Duration;

  /** Recovery time objective: how long writes, reads or the API may be out, from the failure to the first success. */
  readonly rto: Duration;
}

/**
 * What the service must reach, for each failure class. The prediction is held against it at synth, the drills on the
 * live cluster. A class without an objective is predicted all the same and refuses nothing.
 */
export interface Objectives {
  /**
   * One pod is gone: a database instance or an API replica, killed, evicted or crashed. Its node and volume are there.
   * @default - none
   */
  readonly instanceLoss?: Objective;

  /**
   * A node is gone at once, with what ran on it, and with its disk if storage is node-local.
   * @default - none
   */
  readonly nodeLoss?: Objective;

  /**
   * The Kubernetes cluster or every copy in it is gone; the object store is left. Restored into a cluster that already
   * runs the operator and its plugin.
   * @default - none
   */
  readonly clusterLoss?: Objective;

  /**
   * Somebody deleted or changed the wrong rows. Restored to the moment before.
   * @default - none
   */
  readonly humanError?: Objective;
}

/** An objective in seconds. */
export interface ObjectiveSeconds {
  readonly rpo: number;
  readonly rto: number;
}

/** Objectives in seconds, by failure class. */
export type ObjectivesInSeconds = { readonly [C in FailureClass]?: ObjectiveSeconds };

/** A greater loss cannot be recovered from faster, or with less loss, than a smaller one that it contains. */
const CONTAINS = [
  ['instanceLoss', 'nodeLoss'],
  ['nodeLoss', 'clusterLoss'],
  ['instanceLoss', 'clusterLoss'],
] as const;

/**
 * Checks objectives and gives them in seconds.
 *
 * @throws if an RTO is not positive, an RPO is negative, a class is unknown, or objectives contradict one another
 */
export function resolveObjectives(where: IConstruct | string, objectives: Objectives): ObjectivesInSeconds {
  if (typeof objectives !== 'object' || objectives === null) {
    refuse(where, `'objectives' must be an object with failure classes, got ${JSON.stringify(objectives)}`);
  }
  for (const name of Object.keys(objectives)) {
    if (!(FAILURE_CLASSES as readonly string[]).includes(name)) {
      refuse(where, `'objectives' may have ${FAILURE_CLASSES.join(', ')}, got '${name}'`);
    }
  }
  const resolved: { [C in FailureClass]?: ObjectiveSeconds } = {};
  for (const name of FAILURE_CLASSES) {
    const objective = objectives[name];
    if (objective !== undefined) {
      resolved[name] = inSeconds(where, name, objective);
    }
  }
  for (const [smaller, greater] of CONTAINS) {
    checkOrder(where, smaller, resolved[smaller], greater, resolved[greater]);
  }
  return resolved;
}

function inSeconds(where: IConstruct | string, name: FailureClass, objective: Objective): ObjectiveSeconds {
  if (typeof objective !== 'object' || objective === null) {
    refuse(where, `'objectives.${name}' must have 'rpo' and 'rto', got ${JSON.stringify(objective)}`);
  }
  for (const property of ['rpo', 'rto'] as const) {
    if (typeof objective[property]?.toMilliseconds !== 'function') {
      refuse(where, `'objectives.${name}.${property}' is missing; write a Duration, such as Duration.minutes(2)`);
    }
  }
  const rpo = seconds(where, `objectives.${name}.rpo`, objective.rpo);
  const rto = seconds(where, `objectives.${name}.rto`, objective.rto);
  if (!(rto > 0) || !Number.isFinite(rto)) {
    refuse(where, `'objectives.${name}.rto' must be longer than 0 seconds, because recovery takes time, got ${rto}`);
  }
  if (!(rpo >= 0) || !Number.isFinite(rpo)) {
    refuse(where, `'objectives.${name}.rpo' must be 0 seconds or longer, got ${rpo}`);
  }
  return { rpo, rto };
}

function checkOrder(
  where: IConstruct | string,
  smallerName: FailureClass,
  smaller: ObjectiveSeconds | undefined,
  greaterName: FailureClass,
  greater: ObjectiveSeconds | undefined,
): void {
  if (smaller === undefined || greater === undefined) {
    return;
  }
  for (const property of ['rto', 'rpo'] as const) {
    if (greater[property] < smaller[property]) {
      refuse(
        where,
        `'objectives.${greaterName}.${property}' must not be shorter than 'objectives.${smallerName}.${property}' ` +
          `(${smaller[property]} s), because the greater loss contains the smaller one, got ${greater[property]} s`,
      );
    }
  }
}
