import type { IConstruct } from 'constructs';
import { type Change, cheapestChange, everyChange } from './cheapest-change';
import { FAILURE_CLASSES, type Objectives, type ObjectivesInSeconds, resolveObjectives } from './objectives';
import { type ClassPrediction, predict, slowestFigure } from './prediction';
import type { PredictionInput } from './prediction-input';
import { type PredictedParts, predictionInput } from './read-input';
import type { Term } from './term';

/**
 * Makes synthesis refuse objectives that the objects cannot meet. It looks at them at synth, so that JSON patches count.
 *
 * @throws at once if the objectives contradict themselves; at synth if one is below the worst case of the prediction
 */
export function requireObjectives(scope: IConstruct, parts: PredictedParts, objectives: Objectives): void {
  const seconds = resolveObjectives(scope, objectives);
  scope.node.addValidation({ validate: () => objectiveProblems(predictionInput(parts), seconds) });
}

/** One text for each objective that cannot be met: the sum term by term, and the cheapest change that would meet it. */
export function objectiveProblems(input: PredictionInput, objectives: ObjectivesInSeconds): string[] {
  const prediction = predict(input, objectives);
  return FAILURE_CLASSES.flatMap((failureClass) => {
    const { objective } = prediction[failureClass];
    return objective === undefined
      ? []
      : [
          ...recoveryTimeProblem(input, prediction[failureClass], objective.rto),
          ...recoveryPointProblem(input, prediction[failureClass], objective.rpo),
        ];
  });
}

function recoveryTimeProblem(input: PredictionInput, prediction: ClassPrediction, rto: number): string[] {
  const { failureClass } = prediction;
  const { what, figure } = slowestFigure(prediction);
  if (figure.blockedBy === undefined && figure.worst <= rto) {
    return [];
  }
  const meets = (changed: PredictionInput): boolean => {
    const slowest = slowestFigure(predict(changed)[failureClass]).figure;
    return slowest.blockedBy === undefined && slowest.worst <= rto;
  };
  if (figure.blockedBy !== undefined) {
    return [
      `'objectives.${failureClass}.rto' is ${rto} s, but only a person brings ${what} back: ${figure.blockedBy}\n` +
        advice(cheapestChange(input, meets), `remove the objective for '${failureClass}', because nothing bounds it`),
    ];
  }
  const floor = slowestFigure(predict(everyChange(input))[failureClass]).figure.worst;
  return [
    `'objectives.${failureClass}.rto' must be at least ${up(figure.worst)} s, got ${rto} s: so long ${what} can be out when ` +
      `${figure.name}\n${table(figure.terms)}\n` +
      advice(cheapestChange(input, meets), `raise the objective to at least ${up(figure.worst)} s`, floor),
  ];
}

function recoveryPointProblem(input: PredictionInput, prediction: ClassPrediction, rpo: number): string[] {
  const { failureClass, rpo: point } = prediction;
  if (point.worst !== undefined && point.worst <= rpo) {
    return [];
  }
  const meets = (changed: PredictionInput): boolean => {
    const { worst } = predict(changed)[failureClass].rpo;
    return worst !== undefined && worst <= rpo;
  };
  if (point.worst === undefined) {
    return [
      `'objectives.${failureClass}.rpo' is ${rpo} s, but nothing bounds what is lost: ${point.reason} (${point.setBy.name})\n` +
        advice(cheapestChange(input, meets), `remove the objective for '${failureClass}'`),
    ];
  }
  return [
    `'objectives.${failureClass}.rpo' must be at least ${up(point.worst)} s, got ${rpo} s: ${point.reason}\n` +
      `${table(point.terms)}\n` +
      advice(cheapestChange(input, meets), `raise the objective to at least ${up(point.worst)} s`),
  ];
}

function table(terms: readonly Term[]): string {
  const total = terms.reduce((sum, { worst }) => sum + worst, 0);
  const rows = terms.map(({ name, worst, setBy }) => `${cell(worst)}  ${name} (${setBy.name})`);
  return [...rows, `${cell(total)}  in all, at worst`].map((row) => `    ${row}`).join('\n');
}

function advice(change: Change | undefined, otherwise: string, floor?: number): string {
  const least = floor === undefined ? '' : `, all of them together leave ${up(floor)} s`;
  return change === undefined
    ? `    no setting that could be recommended meets it${least}: ${otherwise}`
    : `    cheapest change that meets it: ${change.words}; or ${otherwise}`;
}

function cell(seconds: number): string {
  return `${Math.round(seconds * 10) / 10} s`.padStart(8);
}

function up(seconds: number): number {
  return Math.ceil(seconds);
}
