import { listOr, objectOr } from '../resource';
import type { Resource } from '../resource';
import type { PolicyRule } from '../rule';
import type { World } from '../world';
import { cluster, example, store } from './_examples';

const WAVE = 'argocd.argoproj.io/sync-wave';
const WHOLE = /^[+-]?\d+$/;
const waved = (object: Readonly<Record<string, unknown>>, wave: string) => ({
  ...object,
  metadata: { ...objectOr(object['metadata']), annotations: { [WAVE]: wave } },
});

/** What a Cluster needs is applied before it. */
export const waveOrder: PolicyRule = {
  name: 'wave-order',
  family: 'gitops',
  severity: 'error',
  kinds: ['*'],
  summary: 'every sync wave is a whole number, and no object has an earlier one than what it cannot work without',
  why: 'Argo CD waits for a wave to be healthy before the next: an object store in a later wave than its Cluster is never applied, because the Cluster is not ready without it (argo-cd, Sync Phases and Waves; plugin-barman-cloud#504).',
  remediation: `give what is needed an earlier ${WAVE}`,
  example: () => example([waved(cluster(), '2'), waved(store(), '1')], `metadata.annotations['${WAVE}']`, '0'),
  check(resource, world, report) {
    const written = resource.annotations[WAVE];
    if (written !== undefined && !WHOLE.test(written)) {
      report.fail(
        ['metadata', 'annotations', WAVE],
        `'${written}' is no whole number: Argo CD reads it as 0`,
        `write a whole number in quotes, such as ${WAVE}: "1"`,
      );
      return;
    }
    const own = waveOf(resource);
    if (own >= world.once(lastWave)) {
      return;
    }
    for (const needed of neededBy(resource, world)) {
      if (needed !== undefined && waveOf(needed) > own) {
        report.fail(
          ['metadata', 'annotations', WAVE],
          `wave ${own} comes before ${needed.kind} '${needed.name}' in wave ${waveOf(needed)}, which it needs`,
        );
      }
    }
  },
};

function lastWave({ resources }: World): number {
  return resources.reduce((last, one) => Math.max(last, waveOf(one)), 0);
}

/** What an object cannot work without, where it is here. */
function neededBy(resource: Resource, world: World): readonly (Resource | undefined)[] {
  const { namespace, spec } = resource;
  const needed = [world.find('Namespace', '', namespace)];
  for (const plugin of listOr(spec['plugins'])) {
    needed.push(world.find('ObjectStore', namespace, String(objectOr(plugin['parameters'])['barmanObjectName'])));
  }
  if (spec['cluster'] !== undefined) {
    needed.push(world.find('Cluster', namespace, String(objectOr(spec['cluster'])['name'])));
  }
  const account = world.pods(resource)?.spec?.['serviceAccountName'];
  if (account !== undefined) {
    needed.push(world.find('ServiceAccount', namespace, String(account)));
  }
  return needed;
}

function waveOf(resource: Resource): number {
  const wave = resource.annotations[WAVE];
  return wave === undefined || !WHOLE.test(wave) ? 0 : Number(wave);
}
