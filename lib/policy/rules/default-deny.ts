import { objectOr } from '../resource';
import type { PolicyRule } from '../rule';
import { POD_OWNERS } from '../_pods';
import { deployment, example, policy } from './_examples';

const everything = { podSelector: {}, policyTypes: ['Ingress', 'Egress'] };

/** Nothing reaches pods that nobody let in. */
export const defaultDeny: PolicyRule = {
  name: 'default-deny',
  family: 'network',
  severity: 'warning',
  kinds: POD_OWNERS,
  summary: 'every namespace with pods denies by default what no policy allows, in both directions',
  why: 'A pod that no policy selects is open to the whole cluster; a policy that is added later for one pod leaves the others open (kubernetes.io, Network Policies, Default policies).',
  remediation:
    'add a NetworkPolicy with podSelector {} and policyTypes Ingress and Egress, and one for each flow that is needed',
  example: () => example([deployment(), policy('default-deny', everything)], 'spec.policyTypes', ['Ingress'], 1),
  check(resource, world, report) {
    const pods = world.pods(resource);
    if (pods === undefined) {
      return;
    }
    const policies = world
      .in(resource.namespace, 'networking.k8s.io/v1/NetworkPolicy')
      .filter((one) => Object.keys(objectOr(one.spec['podSelector'])).length === 0);
    const open = ['Ingress', 'Egress'].filter(
      (type) => !policies.some((one) => ((one.spec['policyTypes'] ?? ['Ingress']) as string[]).includes(type)),
    );
    if (open.length > 0) {
      const what = open.map((type) => (type === 'Ingress' ? 'be reached by' : 'reach')).join(' and ');
      report.fail('', `no policy denies by default: its pods may ${what} everything in the cluster`);
    }
  },
};
