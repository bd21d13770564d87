import { listOr, objectOr } from '../resource';
import type { Resource } from '../resource';
import type { PolicyRule } from '../rule';
import type { World } from '../world';
import { archiveIn } from './_archives';
import { cluster, example, store } from './_examples';

const BARMAN = 'barman-cloud.cloudnative-pg.io';

/** Two Clusters never write to one archive. */
export const serverNameUnique: PolicyRule = {
  name: 'server-name-unique',
  family: 'cloudnative-pg',
  severity: 'error',
  kinds: ['postgresql.cnpg.io/v1/Cluster'],
  summary: 'no two Clusters archive to one destination under one server name',
  why: 'The second one overwrites the WAL of the first, and neither can be restored; the plugin refuses only an archive that is not empty at the first start (CloudNativePG, Recovery, "Expected empty archive").',
  remediation: 'give each Cluster its own serverName, with a number that rises with every restore',
  example: () =>
    example(
      [
        cluster(),
        store(),
        cluster(
          {
            plugins: [
              {
                name: BARMAN,
                enabled: true,
                isWALArchiver: true,
                parameters: { barmanObjectName: 'store', serverName: 'other-1' },
              },
            ],
          },
          'other',
        ),
      ],
      'spec.plugins[0].parameters.serverName',
      'db-1',
      2,
    ),
  check(resource, world, report) {
    const { archives, writers } = world.once(archivesOf);
    const own = archives.get(resource);
    const other = writers.get(own?.archive ?? '')?.find((one) => one !== resource);
    if (own !== undefined && other !== undefined) {
      report.fail(
        ['spec', 'plugins', own.index, 'parameters', 'serverName'],
        `Cluster '${other.namespace}/${other.name}' archives to the same place, ${own.archive}: each would overwrite the other's WAL`,
      );
    }
  },
};

/** Where a Cluster archives to, and which plugin does it. */
interface Archive {
  readonly archive: string;
  readonly index: number;
}

interface Archives {
  readonly archives: ReadonlyMap<Resource, Archive>;
  readonly writers: ReadonlyMap<string, readonly Resource[]>;
}

/** The archives of all Clusters, and the Clusters that write to each. */
function archivesOf(world: World): Archives {
  const archives = new Map<Resource, Archive>();
  const writers = new Map<string, Resource[]>();
  for (const cluster of world.all('postgresql.cnpg.io/v1/Cluster')) {
    const own = archiveOf(cluster, world);
    if (own !== undefined) {
      archives.set(cluster, own);
      writers.set(own.archive, [...(writers.get(own.archive) ?? []), cluster]);
    }
  }
  return { archives, writers };
}

function archiveOf(cluster: Resource, world: World): Archive | undefined {
  const plugins = listOr(cluster.spec['plugins']);
  const index = plugins.findIndex((plugin) => plugin['name'] === BARMAN && plugin['isWALArchiver'] === true);
  const { barmanObjectName, serverName } = objectOr(plugins[index]?.['parameters']);
  const place = world.find('ObjectStore', cluster.namespace, String(barmanObjectName));
  const configuration = objectOr(place?.spec['configuration']);
  return typeof configuration['destinationPath'] === 'string'
    ? { index, archive: archiveIn(configuration, serverName ?? cluster.name) }
    : undefined;
}
