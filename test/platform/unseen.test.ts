import { describe, expect, test } from 'vitest';
import { proveNodeLoss } from '../../lib/platform/node-loss';
import { nodeLossInput } from '../../lib/platform/pod-sets';
import { platform } from '../_build';

const ZONE = 'topology.kubernetes.io/zone';
const risks = (...manifests: any[]): readonly string[] => proveNodeLoss(nodeLossInput(platform(), manifests)).risks;

const api = (name: string, spec: object, labels: object = { app: name }): any => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name, namespace: 'shop' },
  spec: { replicas: 2, template: { metadata: { labels }, spec } },
});
const apart = (topologyKey: string, app: string): object => ({
  affinity: {
    podAntiAffinity: {
      requiredDuringSchedulingIgnoredDuringExecution: [{ topologyKey, labelSelector: { matchLabels: { app } } }],
    },
  },
});

describe('what the proof cannot see is named as a risk', () => {
  test('a hard rule over zones, wherever it stands', () => {
    const spread = {
      topologySpreadConstraints: [{ maxSkew: 1, topologyKey: ZONE, whenUnsatisfiable: 'DoNotSchedule' }],
    };
    const database = {
      apiVersion: 'postgresql.cnpg.io/v1',
      kind: 'Cluster',
      metadata: { name: 'db', namespace: 'shop' },
      spec: {
        instances: 3,
        storage: { size: '1Gi' },
        affinity: { podAntiAffinityType: 'required', topologyKey: ZONE },
      },
    };
    for (const [object, manifest] of [
      ['Deployment/api', api('api', spread)],
      ['Deployment/api', api('api', apart(ZONE, 'api'))],
      ['Cluster/db', database],
    ] as const) {
      expect(risks(manifest)).toContainEqual(
        expect.stringMatching(new RegExp(`^${object} has a hard rule over '${ZONE}', which the proof does not know`)),
      );
    }
  });

  test('pods that must stay away from other pods, or close to some', () => {
    expect(risks(api('api', apart('kubernetes.io/hostname', 'db')))).toContainEqual(
      expect.stringMatching(/^Deployment\/api must keep away from other pods/),
    );
    const close = { affinity: { podAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [{}] } } };
    expect(risks(api('api', close))).toContainEqual(expect.stringMatching(/^Deployment\/api must be near other pods/));
  });

  test('workloads of other kinds', () => {
    const set = { ...api('cache', {}), kind: 'StatefulSet' };
    expect(risks(set)).toContainEqual(expect.stringMatching(/^StatefulSet\/cache is not judged/));
  });

  test('room: whether the nodes that are left have CPU and memory for what was lost', () => {
    expect(risks(api('api', {}))).toContainEqual(expect.stringMatching(/Room is taken for granted: CPU and memory/));
    expect(risks()).toEqual([]);
  });

  test('but not what it does judge', () => {
    const judged = api('api', {
      ...apart('kubernetes.io/hostname', 'api'),
      topologySpreadConstraints: [
        { maxSkew: 1, topologyKey: 'kubernetes.io/hostname', whenUnsatisfiable: 'DoNotSchedule' },
        { maxSkew: 1, topologyKey: ZONE, whenUnsatisfiable: 'ScheduleAnyway' },
      ],
    });
    expect(risks(judged).filter((risk) => risk.startsWith('Deployment'))).toEqual([]);
  });
});
