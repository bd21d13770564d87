import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { cheapestChange, everyChange } from '../../lib/platform/cheapest-change';
import { objectiveProblems } from '../../lib/platform/check-objectives';
import { FAILURE_CLASSES } from '../../lib/platform/objectives';
import { predict, slowestFigure } from '../../lib/platform/prediction';
import type { PredictionInput } from '../../lib/platform/prediction-input';
import { predictionInput } from '../../lib/platform/read-input';
import { stateHub } from './_parts';

const hub = predictionInput(stateHub());

/** State Hub with settings that somebody might have chosen. */
const inputs: fc.Arbitrary<PredictionInput> = fc
  .record({
    instances: fc.integer({ min: 1, max: 5 }),
    requiredAntiAffinity: fc.boolean(),
    durability: fc.constantFrom('required' as const, 'preferred' as const, 'asynchronous' as const),
    failoverDelay: fc.integer({ min: 0, max: 120 }),
    smartShutdownTimeout: fc.integer({ min: 0, max: 180 }),
    stopDelay: fc.integer({ min: 1, max: 1800 }),
    leaseDurationSeconds: fc.integer({ min: 3, max: 60 }),
    readinessType: fc.constantFrom('pg_isready', 'streaming'),
    archiveTimeout: fc.integer({ min: 0, max: 900 }),
    replicas: fc.integer({ min: 1, max: 4 }),
    databaseTimeout: fc.integer({ min: 1, max: 60 }),
    readinessPeriod: fc.integer({ min: 1, max: 30 }),
    storageKind: fc.constantFrom(
      'nodeLocal' as const,
      'nodeLocal' as const,
      'singleCopy' as const,
      'replicated' as const,
    ),
    longestGap: fc.integer({ min: 3600, max: 700_000 }),
  })
  .map(({ databaseTimeout, longestGap, readinessPeriod, replicas, storageKind, ...database }) => ({
    ...hub,
    platform: { ...hub.platform, storageKind },
    database: { ...hub.database, ...database },
    api: { ...hub.api!, databaseTimeout, readinessPeriod, replicas },
    backup: { ...hub.backup!, longestGap },
  }));

const classes = fc.constantFrom(...FAILURE_CLASSES);

test('a change that is advised meets the objective, and where none is advised not even all of them do', () => {
  fc.assert(
    fc.property(inputs, classes, fc.integer({ min: 1, max: 3000 }), (input, failureClass, rto) => {
      const meets = (changed: PredictionInput): boolean => {
        const { figure } = slowestFigure(predict(changed)[failureClass]);
        return figure.blockedBy === undefined && figure.worst <= rto;
      };
      fc.pre(!meets(input));
      const change = cheapestChange(input, meets);
      expect(meets(change?.after ?? everyChange(input))).toBe(change !== undefined);
    }),
    { numRuns: 500 },
  );
});

test('an objective is refused exactly when the worst case is above it, or nothing bounds it', () => {
  fc.assert(
    fc.property(
      inputs,
      classes,
      fc.integer({ min: 1, max: 3000 }),
      fc.integer({ min: 0, max: 1000 }),
      (input, failureClass, rto, rpo) => {
        const { api, reads, rpo: point, writes } = predict(input)[failureClass];
        const figures = [writes, reads, api!];
        const late = figures.some((figure) => figure.blockedBy !== undefined || figure.worst > rto);
        const lossy = point.worst === undefined || point.worst > rpo;
        const problems = objectiveProblems(input, { [failureClass]: { rto, rpo } });
        expect(problems.map((problem) => /'objectives\.\w+\.(rto|rpo)'/.exec(problem)![1])).toEqual([
          ...(late ? ['rto'] : []),
          ...(lossy ? ['rpo'] : []),
        ]);
      },
    ),
    { numRuns: 500 },
  );
});
