import { objectOr } from '../resource';
import type { PolicyRule } from '../rule';
import { cluster, example } from './_examples';

/** A Cluster survives losing one instance and keeps its quorum, on nodes that exist. */
export const threeInstances: PolicyRule = {
  name: 'three-instances',
  family: 'availability',
  severity: 'error',
  kinds: ['postgresql.cnpg.io/v1/Cluster'],
  summary: 'a Cluster has at least three instances, and a node for each',
  why: 'With two, the loss of one blocks writes or the quorum: a synchronous standby is missing (cloudnative-pg#8679). With required anti-affinity, an instance without a node of its own stays Pending.',
  remediation: 'write instances: 3, on three nodes',
  example: () => ({ ...example([cluster()], 'spec.instances', 2), platform: { nodes: ['a', 'b', 'c'] } }),
  check(resource, world, report) {
    const instances = Number(resource.spec['instances'] ?? 1);
    // A restored copy for a drill lives for an hour.
    const temporary =
      objectOr(resource.spec['bootstrap'])['recovery'] !== undefined && resource.spec['plugins'] === undefined;
    if (instances < 3 && !temporary) {
      report.fail('spec.instances', `at least 3 keep quorum after losing a node, got ${instances}`);
    }
    const nodes = world.platform.nodes;
    if (nodes === undefined) {
      report.skip('the nodes of the platform are not known');
    } else if (objectOr(resource.spec['affinity'])['podAntiAffinityType'] === 'required' && instances > nodes.length) {
      report.fail(
        'spec.instances',
        `${instances} instances need ${instances} nodes, the platform has ${nodes.length}: some stay Pending for ever`,
      );
    }
  },
};
