import { listOr, objectOr } from '../resource';
import type { PolicyRule } from '../rule';
import { example, policy } from './_examples';

/** A NetworkPolicy says which directions it is about, and its rules are for those. */
export const networkPolicyDirection: PolicyRule = {
  name: 'network-policy-direction',
  family: 'network',
  severity: 'error',
  kinds: ['networking.k8s.io/v1/NetworkPolicy'],
  summary: 'policyTypes names every direction that has rules, and is left out only where ingress alone is meant',
  why: 'Rules of a direction that policyTypes leaves out are ignored without a word; without policyTypes, Kubernetes guesses from the rules that are there (kubernetes.io, Network Policies).',
  remediation: 'write policyTypes with every direction that has rules',
  example: () =>
    example(
      [
        policy('web', {
          podSelector: {},
          policyTypes: ['Ingress', 'Egress'],
          egress: [{ ports: [{ port: 53, protocol: 'UDP' }] }],
        }),
      ],
      'spec.policyTypes',
      ['Ingress'],
    ),
  check(resource, _, report) {
    // As it was written: the API server's default would hide the guess.
    const { policyTypes: types, ingress, egress } = objectOr(resource.manifest['spec']);
    if (!Array.isArray(types)) {
      // Only what comes in, with rules for it, is what everybody means.
      if (ingress === undefined || egress !== undefined) {
        report.fail(
          'spec.policyTypes',
          'it is left out: what comes in is then restricted whatever the rules say, and what goes out only where egress is written',
        );
      }
      return;
    }
    for (const [direction, field] of [
      ['Ingress', 'ingress'],
      ['Egress', 'egress'],
    ] as const) {
      if (!types.includes(direction) && listOr(resource.spec[field]).length > 0) {
        report.fail(
          'spec.policyTypes',
          `its ${field} rules are ignored, because ${direction} is not among ${types.join(', ') || 'the types'}`,
        );
      }
    }
  },
};
