import { listOr, objectOr } from '../resource';
import type { PolicyRule } from '../rule';
import { RECOVERY, cluster, example } from './_examples';

/** An archive that is read from is named. */
export const externalServerName: PolicyRule = {
  name: 'external-server-name',
  family: 'cloudnative-pg',
  severity: 'warning',
  kinds: ['postgresql.cnpg.io/v1/Cluster'],
  summary: 'an external cluster that is read from an object store says under which server name',
  why: "Without serverName the plugin looks under the name of the external cluster, which is rarely that of the archive: 'no target backup found' (open-bank-oss, pull request 2495).",
  remediation: 'write parameters.serverName as the Cluster that was archived had it',
  example: () => example([cluster(RECOVERY)], 'spec.externalClusters[0].plugin.parameters.serverName'),
  check(resource, _, report) {
    listOr(resource.spec['externalClusters']).forEach((one, i) => {
      const { barmanObjectName, serverName } = objectOr(objectOr(one['plugin'])['parameters']);
      if (barmanObjectName !== undefined && serverName === undefined) {
        report.fail(
          ['spec', 'externalClusters', i, 'plugin', 'parameters', 'serverName'],
          `without serverName the backups are looked for under '${one['name']}'`,
        );
      }
    });
  },
};
