import type { IConstruct } from 'constructs';
import { manifestsBelow } from '../_manifests';
import { warn } from '../_warning';
import type { Manifest } from '../gitops/rendered';
import { at } from './_read';
import type { Verdict } from './_verdict';
import { type NodeLossProof, proveNodeLoss, refuted } from './node-loss';
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
        `own: ${3 * replicas} copies of the data with 3 instances, and as many network writes; 1 is enough`,
    );
  }
  scope.node.addValidation({
    validate: () => {
      const manifests = manifestsBelow(scope);
      return [
        ...storageProblems(platform, manifests),
        ...nodeLossProblems(platform, proveNodeLoss(nodeLossInput(platform, manifests))),
      ];
    },
  });
}

/**
 * The refuted claims that stop synthesis. Not those about losing a node while another drains, and about replacing what was
 * lost: three nodes cannot give them, and the decision record shows them. One replica is allowed, and warned of elsewhere.
 */
export function nodeLossProblems(platform: Platform, proof: NodeLossProof): string[] {
  const on = `platform '${platform.name}' (${platform.nodes.join(', ')})`;
  return refuted(proof)
    .filter(isFatal)
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
      const classes = ['storage', 'walStorage']
        .map((volume) => ({ volume, got: at(manifest, `spec.${volume}.storageClass`) }))
        .filter(({ got }) => got !== undefined && got !== storageClass);
      return [
        ...classes.map(
          ({ volume, got }) =>
            `${object} has '${volume}.storageClass' ${JSON.stringify(got)}, but platform '${platform.name}' says what happens to ` +
            `'${storageClass}' when a node is lost, and nothing of any other class`,
        ),
        ...(kind === 'nodeLocal' && instances > 1 && !requiredAntiAffinity
          ? [
              `${object} may have several instances on one node, whose disk '${storageClass}' is lost with it; set ` +
                `'podAntiAffinityType' to 'required' with 'topologyKey' 'kubernetes.io/hostname', or use replicated storage`,
            ]
          : []),
      ];
    });
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
