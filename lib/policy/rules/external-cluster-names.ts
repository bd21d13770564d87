import { listOr, objectOr } from '../resource';
import type { PolicyRule } from '../rule';
import { cluster, example } from './_examples';

const SECRETS = ['password', 'sslCert', 'sslKey', 'sslRootCert'];

/** Names of external clusters and of their Secrets become file names. */
export const externalClusterNames: PolicyRule = {
  name: 'external-cluster-names',
  family: 'cloudnative-pg',
  severity: 'error',
  kinds: ['postgresql.cnpg.io/v1/Cluster'],
  summary: 'names of external clusters, their Secrets and keys can be names of files',
  why: "The operator writes their certificates and passwords to files of these names; a '/' or '..' would lead elsewhere, and the webhook refuses it (CloudNativePG 1.30, webhook: validateExternalClusters).",
  remediation: "write a name without '/', '\\' and '..'",
  example: () =>
    example(
      [cluster({ externalClusters: [{ name: 'old', connectionParameters: { host: 'old.example.net' } }] })],
      'spec.externalClusters[0].name',
      '../old',
    ),
  check(resource, _, report) {
    listOr(resource.spec['externalClusters']).forEach((one, i) => {
      const texts = [
        ['name', one['name']] as const,
        ...SECRETS.flatMap((field) => {
          const { name, key } = objectOr(one[field]);
          return [[`${field}.name`, name] as const, [`${field}.key`, key] as const];
        }),
      ];
      for (const [field, text] of texts) {
        if (typeof text === 'string' && (/[/\\]/.test(text) || text === '.' || text.includes('..'))) {
          report.fail(['spec', 'externalClusters', i, ...field.split('.')], `'${text}' cannot be the name of a file`);
        }
      }
    });
  },
};
