import { imageTag } from '../../_image';
import { objectOr } from '../resource';
import type { PolicyRule } from '../rule';
import type { World } from '../world';
import { deployment, example, store } from './_examples';

/** The first version without the race. */
const FIXED = [0, 12];

/** WAL is fetched in parallel only by a plugin that can. */
export const walParallelRestore: PolicyRule = {
  name: 'wal-parallel-restore',
  family: 'cloudnative-pg',
  severity: 'error',
  kinds: ['barmancloud.cnpg.io/v1/ObjectStore'],
  summary: `an ObjectStore fetches WAL in parallel only with a plugin of ${FIXED.join('.')} or later`,
  why: 'Older plugins fail to restore with maxParallel above 1: before 0.8 where a WAL segment is not 16 MB, before 0.12 by a race (plugin-barman-cloud#603, #812, cloudnative-pg#10092).',
  remediation: `update the plugin to ${FIXED.join('.')} or later, or write wal.maxParallel: 1`,
  example: () =>
    example(
      [
        store({ configuration: { wal: { maxParallel: 4 } } }),
        deployment({
          containers: [{ name: 'plugin', image: 'ghcr.io/cloudnative-pg/plugin-barman-cloud:v0.14.0' }],
        }),
      ],
      'spec.template.spec.containers[0].image',
      'ghcr.io/cloudnative-pg/plugin-barman-cloud:v0.11.0',
      1,
    ),
  check(resource, world, report) {
    const parallel: unknown = objectOr(objectOr(resource.spec['configuration'])['wal'])['maxParallel'];
    const old = world.once(oldPlugin);
    if (typeof parallel === 'number' && parallel > 1 && old !== undefined) {
      report.fail(
        'spec.configuration.wal.maxParallel',
        `plugin ${old} fetches ${parallel} WAL files at once, and restores fail`,
      );
    }
  },
};

/** The version of the plugin that the manifests install, if it is too old. */
function oldPlugin(world: World): string | undefined {
  const images = world
    .all('apps/v1/Deployment')
    .flatMap((one) => (world.pods(one)?.containers ?? []).map(({ container }) => String(container['image'])));
  return images
    .filter((image) => /\/plugin-barman-cloud[:@]/.test(image))
    .map((image) => imageTag(image) ?? '')
    .find((tag) => {
      const [, major, minor] = /^v?(\d+)\.(\d+)/.exec(tag) ?? [];
      return major !== undefined && Number(major) === FIXED[0] && Number(minor) < Number(FIXED[1]);
    });
}
