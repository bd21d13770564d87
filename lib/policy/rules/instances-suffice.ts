import type { PolicyRule } from '../rule';
import { cluster, example } from './_examples';

/** What a Cluster asks of its standbys, its instances can give. */
export const instancesSuffice: PolicyRule = {
  name: 'instances-suffice',
  family: 'cloudnative-pg',
  severity: 'error',
  kinds: ['postgresql.cnpg.io/v1/Cluster'],
  summary: 'supervised updates and the old numbers of synchronous replicas fit the number of instances',
  why: 'A single instance has nobody to switch over to, and more replicas than there are can acknowledge nothing; only the webhook says so (CloudNativePG, webhook: validatePrimaryUpdateStrategy, validateMinSyncReplicas, validateMaxSyncReplicas).',
  remediation: 'raise instances, or lower what is asked of them',
  example: () => example([cluster({ primaryUpdateStrategy: 'supervised' })], 'spec.instances', 1),
  check(resource, _, report) {
    const { primaryUpdateStrategy, minSyncReplicas = 0, maxSyncReplicas = 0 } = resource.spec;
    const instances = Number(resource.spec['instances'] ?? 1);
    if (primaryUpdateStrategy === 'supervised' && instances === 1) {
      report.fail(
        'spec.primaryUpdateStrategy',
        'supervised waits for a switchover, and a single instance has nowhere to go',
        'write unsupervised',
      );
    }
    if (maxSyncReplicas >= instances && maxSyncReplicas > 0) {
      report.fail('spec.maxSyncReplicas', `it must be below the ${instances} instances, got ${maxSyncReplicas}`);
    }
    if (minSyncReplicas > maxSyncReplicas) {
      report.fail(
        'spec.minSyncReplicas',
        `it must be at most maxSyncReplicas ${maxSyncReplicas}, got ${minSyncReplicas}`,
      );
    }
  },
};
