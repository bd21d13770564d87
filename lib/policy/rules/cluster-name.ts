import type { PolicyRule } from '../rule';
import { cluster, example } from './_examples';

const MAX = 50;

/** The name of a Cluster leaves room for those made from it. */
export const clusterName: PolicyRule = {
  name: 'cluster-name',
  family: 'cloudnative-pg',
  severity: 'error',
  kinds: ['postgresql.cnpg.io/v1/Cluster'],
  summary: 'the name of a Cluster is a DNS label of at most 50 characters that starts with a letter',
  why: 'CloudNativePG makes Services and Secrets from it; the webhook refuses others (CloudNativePG, webhook: validateName).',
  remediation: 'shorten it, letters, digits and dashes only',
  example: () => example([cluster()], 'metadata.name', `db-${'x'.repeat(50)}`),
  check(resource, _, report) {
    if (resource.name.length > MAX) {
      report.fail('metadata.name', `at most ${MAX} characters are allowed, got ${resource.name.length}`);
    } else if (!/^[a-z]([-a-z0-9]*[a-z0-9])?$/.test(resource.name)) {
      report.fail('metadata.name', `'${resource.name}' is no DNS label that starts with a letter`);
    }
  },
};
