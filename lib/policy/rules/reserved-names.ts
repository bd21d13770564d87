import type { PolicyRule } from '../rule';
import { cluster, example, object } from './_examples';

const SUFFIXES: Readonly<Record<string, readonly string[]>> = {
  'v1/Service': ['-rw', '-ro', '-r', '-any'],
  'v1/Secret': ['-app', '-superuser', '-ca', '-server', '-replication', '-pooler'],
  'policy/v1/PodDisruptionBudget': ['', '-primary'],
  'v1/ServiceAccount': [''],
  'postgresql.cnpg.io/v1/Pooler': ['', '-rw', '-ro', '-r'],
};

/** Names that the operator uses are left to it. */
export const reservedNames: PolicyRule = {
  name: 'reserved-names',
  family: 'cloudnative-pg',
  severity: 'error',
  kinds: Object.keys(SUFFIXES),
  summary: 'no object has the name of one that CloudNativePG makes for a Cluster',
  why: 'The operator and the GitOps engine would overwrite each other: the endpoint of the database flips between two definitions (CloudNativePG, Labels and Annotations; Service Management).',
  remediation: 'choose another name',
  example: () =>
    example(
      [object('v1', 'Service', 'db-web', { spec: { ports: [{ port: 5432 }] } }), cluster()],
      'metadata.name',
      'db-rw',
    ),
  check(resource, world, report) {
    for (const suffix of SUFFIXES[resource.id] ?? []) {
      const owner = resource.name.endsWith(suffix) ? resource.name.slice(0, resource.name.length - suffix.length) : '';
      const cluster = owner === '' ? undefined : world.find('Cluster', resource.namespace, owner);
      // Made only for those who ask for it.
      const made = suffix !== '-superuser' || cluster?.spec['enableSuperuserAccess'] === true;
      if (cluster !== undefined && made) {
        report.fail(
          'metadata.name',
          resource.kind === 'Pooler' && suffix === ''
            ? 'a Cluster has that name: both have a ServiceAccount and a Role of it, and the webhook refuses it for its own Cluster'
            : `'${resource.name}' is the name of a ${resource.kind === 'Pooler' ? 'Service' : resource.kind} that CloudNativePG makes for Cluster '${owner}'`,
        );
        return;
      }
    }
  },
};
