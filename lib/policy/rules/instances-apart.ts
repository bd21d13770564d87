import { objectOr } from '../resource';
import type { PolicyRule } from '../rule';
import { cluster, example } from './_examples';

/** No two instances of a Cluster are on one node. */
export const instancesApart: PolicyRule = {
  name: 'instances-apart',
  family: 'availability',
  severity: 'error',
  kinds: ['postgresql.cnpg.io/v1/Cluster'],
  summary: 'the instances of a Cluster are on different nodes, always',
  why: 'By default CloudNativePG only prefers it, and two of three instances on one node are lost together. On node-local storage they can never move apart again (CloudNativePG, Scheduling).',
  remediation:
    'write affinity: {enablePodAntiAffinity: true, podAntiAffinityType: required, topologyKey: kubernetes.io/hostname}',
  example: () => example([cluster()], 'spec.affinity.podAntiAffinityType', 'preferred'),
  check(resource, _, report) {
    const { enablePodAntiAffinity, podAntiAffinityType } = objectOr(resource.spec['affinity']);
    if (Number(resource.spec['instances'] ?? 1) < 2) {
      return;
    }
    if (enablePodAntiAffinity === false) {
      report.fail('spec.affinity.enablePodAntiAffinity', 'instances may share a node and are then lost together');
    } else if (podAntiAffinityType !== 'required') {
      report.fail(
        'spec.affinity.podAntiAffinityType',
        'preferred lets instances share a node when it is busy elsewhere; they are then lost together',
      );
    }
  },
};
