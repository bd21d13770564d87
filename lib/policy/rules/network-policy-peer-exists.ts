import { objectOr } from '../resource';
import type { PolicyRule } from '../rule';
import { deployment, example, policy } from './_examples';
import { flowRules } from './_flows';
import { inNamespace, showSelector } from './_labels';

/** A peer of a NetworkPolicy inside the manifests must be there. */
export const networkPolicyPeerExists: PolicyRule = {
  name: 'network-policy-peer-exists',
  family: 'references',
  severity: 'error',
  kinds: ['networking.k8s.io/v1/NetworkPolicy'],
  summary: 'every peer that a NetworkPolicy names in a known namespace is there',
  why: 'A misspelt peer allows nothing: the API loses its database on the day the policy is applied (cloudnative-pg#6025).',
  remediation: 'write the labels of the pods, or the name of the namespace',
  example: () =>
    example(
      [
        policy('db', {
          podSelector: {},
          policyTypes: ['Ingress'],
          ingress: [
            { from: [{ podSelector: { matchLabels: { app: 'web' } } }], ports: [{ port: 5432, protocol: 'TCP' }] },
          ],
        }),
        deployment(),
      ],
      'spec.ingress[0].from[0].podSelector.matchLabels.app',
      'wbe',
    ),
  check(resource, world, report) {
    // Its own is there when it is applied, and the operator's is known.
    const known = [resource.namespace, world.platform.operatorNamespace ?? 'cnpg-system'];
    for (const rule of world.onceFor(resource, flowRules)) {
      for (const { peer, path, namespace } of rule.peers) {
        if (namespace === undefined) {
          continue;
        }
        if (!known.includes(namespace) && !world.exists('Namespace', '', namespace)) {
          if (!world.knowsNamespaces()) {
            report.skip('no Namespace is among the manifests');
            continue;
          }
          report.fail(
            [...path, 'namespaceSelector'],
            `no namespace '${namespace}' is declared or named as external, so nobody is let through`,
          );
        }
        const labels = objectOr(peer['podSelector']);
        // Where nothing here makes pods, somebody else does: a Helm chart, another repository.
        if (
          world.knowsPods(namespace) &&
          Object.keys(labels).length > 0 &&
          world.selected(namespace, labels).length === 0
        ) {
          report.fail([...path, 'podSelector'], `no pod${inNamespace(namespace)} has ${showSelector(labels)}`);
        }
      }
    }
  },
};
