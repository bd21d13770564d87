import { objectOr } from '../resource';
import type { PolicyRule } from '../rule';
import { cluster, example } from './_examples';

/** The number of synchronous standbys must be one that survives a loss. */
export const synchronousNumber: PolicyRule = {
  name: 'synchronous-number',
  family: 'cloudnative-pg',
  severity: 'error',
  kinds: ['postgresql.cnpg.io/v1/Cluster'],
  summary: 'after losing one instance, there are still as many standbys as every commit waits for',
  why: 'With dataDurability required, commits wait for this number of standbys for ever; the webhook only refuses a number that no full cluster could reach (CloudNativePG, Replication, Synchronous replication).',
  remediation: 'lower number, or raise instances to at least number + 2',
  example: () => example([cluster()], 'spec.postgresql.synchronous.number', 2),
  check(resource, _, report) {
    const { number, dataDurability, standbyNamesPre, standbyNamesPost } = objectOr(
      objectOr(resource.spec['postgresql'])['synchronous'],
    );
    const instances = Number(resource.spec['instances'] ?? 1);
    const outside = [standbyNamesPre, standbyNamesPost].flatMap((names) => (Array.isArray(names) ? names : [])).length;
    if (typeof number !== 'number') {
      return;
    }
    const path = 'spec.postgresql.synchronous.number';
    if (number >= instances + outside) {
      report.fail(
        path,
        `${number} synchronous standbys need at least ${number + 1} instances, got ${instances}: the webhook refuses it`,
      );
    } else if (dataDurability !== 'preferred' && number > instances + outside - 2) {
      report.fail(
        path,
        `commits wait for ${number} of ${instances - 1} standbys: every write blocks while one instance is away`,
      );
    }
  },
};
