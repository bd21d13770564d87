import type { IConstruct } from 'constructs';
import { manifestsBelow } from '../_manifests';
import { warn } from '../_warning';
import type { Manifest } from '../gitops/rendered';
import { at, list } from './_read';
import type { Verdict } from './_verdict';
import { type NodeLossInput, type NodeLossProof, proveNodeLoss, refuted } from './node-loss';
import type { Platform } from './platform';
import { nodeLossInput } from './pod-sets';
import { databaseFacts } from './read-input';

/**
 * Makes synthesis refuse placements below `scope` that cannot survive what the library promises: losing one node, and
 * draining one. It looks at the objects at synth, so that JSON patches count.
 *
 * @throws at synth
 */
export function requireNodeLoss(scope: IConstruct, platform: Platform): void {
  const { replicas, storageClass } = platform.storage;
  if (replicas > 1) {
    warn(
      scope,
      `storage class '${storageClass}' keeps ${replicas} copies of each volume, and each database instance has volumes of its ` +
        `own: ${3 * replicas} copies of the data with 3 instances, and as many network writes; 1 is enough, with ` +
        `'dataLocality' 'strict-local'`,
    );
  }
  const warned = new Set<string>();
  scope.node.addValidation({
    validate: () => {
      const manifests = manifestsBelow(scope);
      const input = nodeLossInput(platform, manifests);
      const proof = proveNodeLoss(input);
      for (const text of notJudged(input, proof).filter((text) => !warned.has(text))) {
        warned.add(text);
        warn(scope, text);
      }
      return [...storageProblems(platform, manifests), ...nodeLossProblems(platform, proof)];
    },
  });
}

/** What is neither proved nor refuted, and why, one line a pod set. */
function notJudged({ podSets }: NodeLossInput, { verdicts }: NodeLossProof): string[] {
  return podSets.flatMap(({ object, unseen }) => {
    const open = verdicts.filter((verdict) => verdict.object === object && verdict.withheld);
    return open.length === 0
      ? []
      : [
          `the node-loss proof does not judge ${open.length === 1 ? '1 claim' : `${open.length} claims`} about ${object}, which ` +
            `the decision record lists: ${unseen.map(({ says }) => says).join(' ')}`,
        ];
  });
}

/**
 * The refuted claims that stop synthesis, each with its shortest counterexample. Not those about losing a node while another drains, and about replacing what was
 * lost: three nodes cannot give them, and the decision record shows them. One replica is allowed, and warned of elsewhere.
 */
export function nodeLossProblems(platform: Platform, proof: NodeLossProof): string[] {
  const on = `platform '${platform.name}' (${platform.nodes.join(', ')})`;
  const fatal = refuted(proof).filter(isFatal);
  return fatal
    .filter(
      ({ claim, object }, i) => fatal.findIndex((other) => other.claim === claim && other.object === object) === i,
    )
    .map(({ claim, counterexample, object }) =>
      claim === 'placed'
        ? `${object} has more replicas than can ever be placed on ${on}: ${counterexample!.text}`
        : `${object} does not survive on ${on}: ${counterexample!.text}`,
    );
}

/** Storage that is not what the platform says, or that several instances would share. */
export function storageProblems(platform: Platform, manifests: readonly Manifest[]): string[] {
  const { kind, storageClass } = platform.storage;
  return manifests
    .filter((manifest) => manifest.kind === 'Cluster' && manifest.apiVersion.startsWith('postgresql.cnpg.io/'))
    .flatMap((manifest) => {
      const { object, requiredAntiAffinity, instances } = databaseFacts(manifest);
      const classes = classesOf(manifest).filter(({ got }) => got !== undefined && got !== storageClass);
      return [
        ...classes.map(
          ({ path, got }) =>
            `${object} has '${path}' ${JSON.stringify(got)}, but platform '${platform.name}' says what happens to ` +
            `'${storageClass}' when a node is lost, and nothing of any other class`,
        ),
        ...(kind === 'singleCopy'
          ? [
              `${object} has volumes of '${storageClass}', which keeps one copy of each wherever there is room ('dataLocality' ` +
                `'${platform.storage.dataLocality}'), so that one node can hold the copies of several instances and take them all; ` +
                `keep each on its instance's node: 'dataLocality: strict-local' in the StorageClass, and here ` +
                `Storage.replicated('${storageClass}', { replicas: 1, dataLocality: 'strict-local' }); or use node-local storage, or ` +
                `2 copies`,
            ]
          : []),
        ...(kind === 'nodeLocal' && instances > 1 && !requiredAntiAffinity
          ? [
              `${object} may have several instances on one node, whose disk '${storageClass}' is lost with it; take back the JSON ` +
                `patch of 'affinity', so that 'podAntiAffinityType' is 'required' and 'topologyKey' 'kubernetes.io/hostname'`,
            ]
          : []),
      ];
    });
}

/** The storage class of each volume, wherever it may stand. */
function classesOf(cluster: Manifest): { readonly path: string; readonly got: unknown }[] {
  const tablespaces = list(at(cluster, 'spec.tablespaces')).map((_, i) => `tablespaces.${i}.storage`);
  return ['storage', 'walStorage', ...tablespaces]
    .flatMap((volume) => [`${volume}.storageClass`, `${volume}.pvcTemplate.storageClassName`])
    .map((path) => ({ path, got: at(cluster, `spec.${path}`) }));
}

function isFatal({ claim, event, counterexample }: Verdict): boolean {
  const single = event === 'loss' || event === 'drain';
  const fatal = {
    placed: true,
    drainEnds: true,
    writes: single,
    failover: single,
    serving: single && counterexample!.onLost + counterexample!.onDrained > 1,
    rescheduled: false,
  };
  return fatal[claim];
}
