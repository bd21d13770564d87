import type { PathSegment } from '../_path';
import { isObject, listOr, objectOr } from '../resource';
import type { PolicyRule } from '../rule';
import { cluster, example } from './_examples';
import { archiveIn, inTreeStore } from './_archives';

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
    const { source: name } = objectOr(objectOr(resource.spec['bootstrap'])['recovery']);
    const source = listOr(resource.spec['externalClusters']).find((one) => name !== undefined && one['name'] === name);
    const fails = (path: readonly PathSegment[], archive: unknown, fix?: string): void => {
      const unchecked = resource.annotations['cnpg.io/skipEmptyWalArchiveCheck'] === 'enabled';
      const effect = unchecked ? 'it overwrites the WAL that it came from' : 'it will never start';
      report.fail(path, `it archives as '${String(archive)}', the archive that it is restored from: ${effect}`, fix);
    };
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
      const from: unknown = objectOr(objectOr(source?.['plugin'])['parameters'])['serverName'] ?? source?.['name'];
      if (source !== undefined && (serverName ?? resource.name) === from) {
        fails(path, from);
      }
    });
    const [own, other] = [inTreeStore(resource), source?.['barmanObjectStore'] as unknown];
    if (
      own !== undefined &&
      isObject(other) &&
      archiveIn(own, own['serverName'] ?? resource.name) === archiveIn(other, other['serverName'] ?? name)
    ) {
      const path = ['spec', 'backup', 'barmanObjectStore', 'serverName'];
      fails(
        path,
        own['serverName'] ?? resource.name,
        `write serverName: '${resource.name}-2', and count it up with every restore`,
      );
    }
  },
};
