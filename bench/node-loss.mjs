// Measures the node-loss proof on 50 nodes with 20 workloads. Must take less than a second; fails above it.
import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);
const { proveNodeLoss } = require('../build/inside/rest.js');
const NODES = 50;
const WORKLOADS = 20;
const LIMIT_MILLISECONDS = 1000;

const nodes = Array.from({ length: NODES }, (_, i) => `node-${String(i + 1).padStart(2, '0')}`);
const podSets = Array.from({ length: WORKLOADS }, (_, i) => ({
  object: i % 4 === 0 ? `Cluster/db-${i}` : `Deployment/api-${i}`,
  replicas: i % 4 === 0 ? 3 + (i % 5) : 10 * (i + 1),
  nodes: nodes.slice(0, NODES - (i % 7)),
  onePerNode: i % 4 === 0,
  spread:
    i % 3 === 0
      ? undefined
      : {
          maxSkew: 1 + (i % 3),
          countsLostNodes: i % 2 === 0,
          countsForeignNodes: false,
          tooFewNodes: false,
          tooFewNodesWithoutOne: i % 7 === 0,
        },
  staysOnLostNode: false,
  returnsToDrain: i % 9 === 0,
  unseen: [],
  keepHealthy: i % 5 === 0 ? undefined : 10 * (i + 1) - 1 - (i % 9),
  quorum:
    i % 4 === 0
      ? {
          synchronousStandbys: 1,
          required: true,
          failoverQuorum: true,
          budgets: true,
          volumes: i % 8 === 0 ? 'nodeLocal' : 'replicated',
          copies: i % 8 === 0 ? 1 : 2,
          switchedOff: undefined,
        }
      : undefined,
}));

const rounds = [];
let verdicts = [];
for (let round = 0; round < 5; round += 1) {
  const start = performance.now();
  ({ verdicts } = proveNodeLoss({ nodes, podSets, operatorNamespace: 'cnpg-system' }));
  rounds.push(performance.now() - start);
}
const slowest = Math.max(...rounds);
const failing = verdicts.filter(({ counterexample }) => counterexample !== undefined).length;
console.log(
  `${NODES} nodes, ${WORKLOADS} workloads: ${verdicts.length} claims, ${failing} refuted, slowest of 5 rounds ${slowest.toFixed(0)} ms`,
);

// Nothing but the scheduler's own taste keeps these pods apart: every number on every node is possible.
const loose = Array.from({ length: WORKLOADS }, (_, i) => ({
  object: `Deployment/loose-${i}`,
  replicas: 500,
  nodes,
  onePerNode: false,
  spread: undefined,
  staysOnLostNode: false,
  returnsToDrain: false,
  unseen: [],
  keepHealthy: 499,
  quorum: undefined,
}));
const start = performance.now();
proveNodeLoss({ nodes, podSets: loose, operatorNamespace: 'cnpg-system' });
const unspread = performance.now() - start;
console.log(`${NODES} nodes, ${WORKLOADS} workloads of 500 pods without any spread: ${unspread.toFixed(0)} ms`);
if (Math.max(slowest, unspread) > LIMIT_MILLISECONDS) {
  console.error(`slower than ${LIMIT_MILLISECONDS} ms`);
  process.exitCode = 1;
}
