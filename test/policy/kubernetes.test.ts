import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadAll } from 'js-yaml';
import { describe, expect, it } from 'vitest';
import { formatPath, parsePath } from '../../lib/policy/_path';
import { checkManifests } from '../../lib/policy/check';
import {
  budget,
  cronJob,
  deployment,
  merge,
  namespace,
  object,
  policy,
  service,
} from '../../lib/policy/rules/_examples';
import { findingLine } from '../../lib/policy/finding';
import { rules } from '../../lib/policy/registry';
import { CASES, type KubernetesCase } from './kubernetes-cases';
import { set } from './_set';

const RBAC = 'rbac.authorization.k8s.io';
const clusterWide = (apiVersion: string, kind: string, name: string, fields: Record<string, unknown>) =>
  merge({ apiVersion, kind, metadata: { name } }, fields);

/** Objects that the API server takes, by kind. */
const VALID: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  ConfigMap: object('v1', 'ConfigMap', 'pages', { data: { page: '' } }),
  Secret: object('v1', 'Secret', 'keys'),
  Namespace: namespace(),
  Deployment: deployment({ volumes: [{ name: 'v', emptyDir: {} }] }),
  CronJob: cronJob(),
  Service: service(),
  PodDisruptionBudget: budget(),
  HorizontalPodAutoscaler: object('autoscaling/v2', 'HorizontalPodAutoscaler', 'web', {
    spec: {
      minReplicas: 2,
      maxReplicas: 4,
      scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' },
    },
  }),
  NetworkPolicy: policy('egress', { podSelector: {}, policyTypes: ['Egress'], egress: [{}] }),
  Ingress: object('networking.k8s.io/v1', 'Ingress', 'web', {
    spec: {
      rules: [
        {
          host: 'shop.example.org',
          http: {
            paths: [{ path: '/', pathType: 'Prefix', backend: { service: { name: 'web', port: { number: 80 } } } }],
          },
        },
      ],
    },
  }),
  PersistentVolumeClaim: object('v1', 'PersistentVolumeClaim', 'files', {
    spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
  }),
  Role: object(`${RBAC}/v1`, 'Role', 'reader', { rules: [{ apiGroups: [''], resources: ['pods'], verbs: ['get'] }] }),
  RoleBinding: object(`${RBAC}/v1`, 'RoleBinding', 'reader', {
    roleRef: { apiGroup: RBAC, kind: 'Role', name: 'reader' },
    subjects: [{ kind: 'ServiceAccount', name: 'web', namespace: 'shop' }],
  }),
  ClusterRoleBinding: clusterWide(`${RBAC}/v1`, 'ClusterRoleBinding', 'reader', {
    roleRef: { apiGroup: RBAC, kind: 'ClusterRole', name: 'view' },
    subjects: [{ kind: 'Group', name: 'people', apiGroup: RBAC }],
  }),
  LimitRange: object('v1', 'LimitRange', 'limits', {
    spec: { limits: [{ type: 'Container', min: { memory: '64Mi' } }] },
  }),
  CustomResourceDefinition: clusterWide('apiextensions.k8s.io/v1', 'CustomResourceDefinition', 'pages.example.org', {
    spec: {
      group: 'example.org',
      scope: 'Namespaced',
      names: { kind: 'Page', plural: 'pages' },
      versions: [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: { type: 'object' } } }],
    },
  }),
  PrometheusRule: object('monitoring.coreos.com/v1', 'PrometheusRule', 'web', { spec: { groups: [] } }),
};

/** Rules about what is taken at all, not about what is wise. */
const STRICT = new Set([
  ...rules.filter(({ family }) => family === 'kubernetes').map(({ name }) => name),
  ...`schema cel certificate-secrets external-cluster-exists external-cluster-names extension-images foreign-servers
    import-selection initdb-consistent instances-suffice managed-roles managed-services operator-annotations
    pod-selector-refs pooler-settings postgres-parameters recovery-complete recovery-snapshots recovery-target
    replica-cluster replication-slots reserved-environment storage-size tablespace-names`.split(/\s+/),
]);

it('takes what is odd, but right', () => {
  const documents = loadAll(readFileSync(join(__dirname, 'accepted.yaml'), 'utf8'));
  const { findings, objects } = checkManifests(documents.map((manifest) => ({ manifest })));
  expect(objects).toBe(25);
  expect(findings.filter(({ rule }) => STRICT.has(rule)).map(findingLine)).toEqual([]);
});

function changed({ kind, given = {} }: KubernetesCase, changes: Readonly<Record<string, unknown>>) {
  let manifest = VALID[kind] as Record<string, unknown>;
  for (const [path, value] of [...Object.entries(given), ...Object.entries(changes)]) {
    manifest = set(manifest, path, value);
  }
  return manifest;
}

describe.each(CASES.map((one) => [`${one.kind}: ${one.what}`, one] as const))('%s', (_, one) => {
  const broken = changed(one, one.broken);
  const at = formatPath(broken, parsePath(one.at));
  const fine = checkManifests([{ manifest: changed(one, one.fine) }]).findings;
  const there = checkManifests([{ manifest: broken }]).findings.filter(
    ({ path, rule, message }) => path === at && !fine.some((other) => other.rule === rule && other.message === message),
  );

  it('is found where it is, and said once', () => {
    expect(there.map(({ message }) => message)).toHaveLength(1);
  });

  it('leaves its neighbour alone', () => {
    const rules = there.map(({ rule }) => rule);
    expect(fine.filter(({ path, rule }) => rule === 'schema' || (rules.includes(rule) && path === at))).toEqual([]);
  });
});
