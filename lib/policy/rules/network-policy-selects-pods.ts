import { objectOr } from '../resource';
import type { PolicyRule } from '../rule';
import { deployment, example, policy } from './_examples';
import { inNamespace, showSelector } from './_labels';

/** A NetworkPolicy must be about pods that exist. */
export const networkPolicySelectsPods: PolicyRule = {
  name: 'network-policy-selects-pods',
  family: 'references',
  severity: 'error',
  kinds: ['networking.k8s.io/v1/NetworkPolicy'],
  summary: 'the pod selector of every NetworkPolicy takes pods of its namespace',
  why: 'A policy over no pod opens nothing: the flow that it should allow stays denied, and nothing says so (cloudnative-pg#6025).',
  remediation: "write labels of the pods' template",
  example: () =>
    example(
      [
        policy('web', { podSelector: { matchLabels: { app: 'web' } }, policyTypes: ['Ingress'], ingress: [] }),
        deployment(),
      ],
      'spec.podSelector.matchLabels.app',
      'wbe',
    ),
  check(resource, world, report) {
    const selector = objectOr(resource.spec['podSelector']);
    if (Object.keys(selector).length === 0) {
      return;
    }
    const none = world.selected(resource.namespace, selector).length === 0;
    if (none && !world.knowsPods(resource.namespace)) {
      report.skip(`not all pods${inNamespace(resource.namespace)} are known`);
    } else if (none) {
      report.fail('spec.podSelector', `no pod${inNamespace(resource.namespace)} has ${showSelector(selector)}`);
    }
  },
};
