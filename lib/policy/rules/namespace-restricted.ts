import type { PolicyRule } from '../rule';
import { example, namespace } from './_examples';

const LABEL = 'pod-security.kubernetes.io/enforce';

/** A namespace refuses pods that are not restricted. */
export const namespaceRestricted: PolicyRule = {
  name: 'namespace-restricted',
  family: 'security',
  severity: 'warning',
  kinds: ['v1/Namespace'],
  summary: 'every Namespace enforces the restricted Pod Security Standard',
  why: 'Without the label the cluster takes privileged pods, whoever makes them (kubernetes.io, Pod Security Admission).',
  remediation: `write the label ${LABEL}: restricted`,
  example: () => example([namespace()], `metadata.labels['${LABEL}']`, 'baseline'),
  check(resource, _, report) {
    const level = resource.labels[LABEL];
    if (level !== 'restricted') {
      report.fail(
        ['metadata', 'labels', LABEL],
        `it must be restricted, got ${level ?? 'nothing'}: the namespace takes pods with more rights`,
      );
    }
  },
};
