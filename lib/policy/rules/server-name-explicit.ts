import { listOr, objectOr } from '../resource';
import type { PolicyRule } from '../rule';
import { cluster, example } from './_examples';

/** The archive's server name is written down, and differs from the one that is restored from. */
export const serverNameExplicit: PolicyRule = {
  name: 'server-name-explicit',
  family: 'cloudnative-pg',
  severity: 'error',
  kinds: ['postgresql.cnpg.io/v1/Cluster'],
  summary: 'the server name of the archive is explicit, and never the one that the Cluster was restored from',
  why: "It defaults to the Cluster's name, so a Cluster that is created again finds its own old archive and never starts: 'Expected empty archive' (Smana/cloud-native-ref#1904 failed three times).",
  remediation: "write parameters.serverName: '<cluster>-1', and count it up with every restore",
  example: () => example([cluster()], 'spec.plugins[0].parameters.serverName'),
  check(resource, _, report) {
    const sources = listOr(resource.spec['externalClusters']).map((one) => ({
      name: one['name'] as unknown,
      parameters: objectOr(objectOr(one['plugin'])['parameters']),
    }));
    const recovery: unknown = objectOr(objectOr(resource.spec['bootstrap'])['recovery'])['source'];
    listOr(resource.spec['plugins']).forEach((plugin, i) => {
      const { barmanObjectName, serverName } = objectOr(plugin['parameters']);
      if (plugin['isWALArchiver'] !== true || barmanObjectName === undefined) {
        return;
      }
      const path = ['spec', 'plugins', i, 'parameters', 'serverName'];
      if (serverName === undefined) {
        report.fail(
          path,
          `without serverName the archive is called '${resource.name}', and a Cluster created again finds it full`,
        );
      }
      const source = sources.find((one) => one.name === recovery);
      const from = source?.parameters['serverName'] ?? source?.name;
      if (recovery !== undefined && (serverName ?? resource.name) === from) {
        const skipped = resource.annotations['cnpg.io/skipEmptyWalArchiveCheck'] === 'enabled';
        report.fail(
          path,
          `it archives as '${from}', the archive that it is restored from: ${skipped ? 'it overwrites the WAL that it came from' : 'it will never start'}`,
        );
      }
    });
  },
};
