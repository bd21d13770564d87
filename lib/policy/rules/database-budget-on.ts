import type { PolicyRule } from '../rule';
import { cluster, example } from './_examples';

/** CloudNativePG keeps its budgets. */
export const databaseBudgetOn: PolicyRule = {
  name: 'database-budget-on',
  family: 'availability',
  severity: 'error',
  kinds: ['postgresql.cnpg.io/v1/Cluster'],
  summary: 'the PodDisruptionBudgets of a Cluster stay on',
  why: 'Without them a drain evicts the primary without a switchover, and two drains at once take the quorum (CloudNativePG, Kubernetes Upgrade and Maintenance).',
  remediation: 'remove enablePDB: false',
  example: () => example([cluster()], 'spec.enablePDB', false),
  check(resource, _, report) {
    if (resource.spec['enablePDB'] === false && Number(resource.spec['instances'] ?? 1) > 1) {
      report.fail('spec.enablePDB', 'two drains at once may take two instances');
    }
  },
};
