import { proveNodeLoss, refuted } from './node-loss';
import type { Platform } from './platform';

/** Instances, and nodes for them, that keep a write quorum and a failover quorum after losing one. */
export const QUORUM_NODES = 3;

/** Why no database of this platform survives losing a node, with what would happen; undefined if it has nodes enough. */
export function tooFewNodes({ name, nodes, operatorNamespace, storage }: Platform): string | undefined {
  if (nodes.length >= QUORUM_NODES) {
    return undefined;
  }
  const standbys = nodes.length - 1;
  const proof = proveNodeLoss({
    nodes,
    operatorNamespace,
    podSets: [
      {
        object: 'the database',
        replicas: nodes.length,
        nodes,
        onePerNode: true,
        spread: undefined,
        staysOnLostNode: false,
        returnsToDrain: false,
        keepHealthy: undefined,
        quorum: {
          synchronousStandbys: standbys,
          required: true,
          failoverQuorum: true,
          budgets: true,
          volumes: storage.kind === 'nodeLocal' ? 'nodeLocal' : 'replicated',
          copies: Math.min(storage.replicas, nodes.length),
          switchedOff: undefined,
        },
        unseen: [],
      },
    ],
  });
  const cases = (['loss', 'drain'] as const).flatMap((event) =>
    refuted(proof)
      .filter((verdict) => verdict.event === event && ['writes', 'drainEnds'].includes(verdict.claim))
      .slice(0, 1),
  );
  const instances = standbys === 0 ? 'with the one instance that it can have' : 'with an instance on each';
  const without =
    standbys === 0
      ? 'everything since the last archived WAL file would be lost with its disk'
      : 'and commits that wait for no standby would lose what only the lost node had';
  return (
    `'platform' must have at least ${QUORUM_NODES} nodes for a quorum that survives losing one, got ${nodes.length} in '${name}' ` +
    `(${nodes.join(', ')}): ${instances}, ${cases.map(({ counterexample }) => counterexample!.text).join('; ')}; ${without}; ` +
    `add nodes until there are ${QUORUM_NODES}, or run it on a platform that has them`
  );
}
