import { clusterLoss, humanError } from './_terms-restore';
import { instanceLoss } from './_terms-instance';
import { nodeLoss } from './_terms-node';
import { FAILURE_CLASSES, type FailureClass, type ObjectivesInSeconds, type ObjectiveSeconds } from './objectives';
import type { PredictionInput } from './prediction-input';
import type { ClassTerms, Figure } from './term';

/** What one failure class costs, and whether that meets its objective. */
export interface ClassPrediction extends ClassTerms {
  readonly failureClass: FailureClass;

  /** The objective it is held against, in seconds. */
  readonly objective: ObjectiveSeconds | undefined;

  /** Objective minus worst, in seconds; negative if missed. Undefined without an objective or without a bound. */
  readonly margin: { readonly rto: number | undefined; readonly rpo: number | undefined } | undefined;
}

/** The whole prediction, by failure class. */
export type Prediction = { readonly [C in FailureClass]: ClassPrediction };

/** Predicts what each failure class costs, and holds it against the objectives. Pure. */
export function predict(input: PredictionInput, objectives: ObjectivesInSeconds = {}): Prediction {
  const parts = {
    instanceLoss: instanceLoss(input),
    nodeLoss: nodeLoss(input),
    clusterLoss: clusterLoss(input),
    humanError: humanError(input),
  };
  return Object.fromEntries(
    FAILURE_CLASSES.map((failureClass) => [failureClass, judge(failureClass, parts[failureClass], objectives)]),
  ) as unknown as Prediction;
}

/** The recovery time that an RTO is held against: the slowest of writes, reads and API. */
export function slowestFigure(prediction: ClassPrediction): { readonly what: string; readonly figure: Figure } {
  const figures = [
    { what: 'writes', figure: prediction.writes },
    { what: 'reads', figure: prediction.reads },
    ...(prediction.api === undefined ? [] : [{ what: 'the API', figure: prediction.api }]),
  ];
  const blocked = figures.find(({ figure }) => figure.blockedBy !== undefined);
  return blocked ?? figures.reduce((slowest, next) => (next.figure.worst > slowest.figure.worst ? next : slowest));
}

function judge(failureClass: FailureClass, parts: ClassTerms, objectives: ObjectivesInSeconds): ClassPrediction {
  const objective = objectives[failureClass];
  const unjudged = { failureClass, ...parts, objective, margin: undefined };
  if (objective === undefined) {
    return unjudged;
  }
  const { figure } = slowestFigure(unjudged);
  return {
    ...unjudged,
    margin: {
      rto: figure.blockedBy === undefined ? objective.rto - figure.worst : undefined,
      rpo: parts.rpo.worst === undefined ? undefined : objective.rpo - parts.rpo.worst,
    },
  };
}
