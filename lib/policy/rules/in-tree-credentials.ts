import { isObject } from '../resource';
import type { PolicyRule } from '../rule';
import { cluster, example } from './_examples';
import { inTreeStore } from './_archives';

const PATH = 'spec.backup.barmanObjectStore';
const PROVIDERS = ['azureCredentials', 'googleCredentials', 's3Credentials'];

/** Backups of the old kind have one set of credentials, and it is complete. */
export const inTreeCredentials: PolicyRule = {
  name: 'in-tree-credentials',
  family: 'cloudnative-pg',
  severity: 'error',
  kinds: ['postgresql.cnpg.io/v1/Cluster'],
  summary: 'a barmanObjectStore has the credentials of exactly one provider, complete',
  why: 'The webhook refuses the whole Cluster otherwise (CloudNativePG 1.30, webhook: validateBackupConfiguration).',
  remediation: 'use the Barman Cloud plugin; until then, write s3Credentials with accessKeyId and secretAccessKey',
  example: () =>
    example(
      [
        cluster({
          plugins: undefined,
          backup: {
            barmanObjectStore: {
              destinationPath: 's3://backups/shop',
              s3Credentials: {
                accessKeyId: { name: 'store', key: 'ID' },
                secretAccessKey: { name: 'store', key: 'SECRET' },
              },
            },
          },
        }),
      ],
      `${PATH}.s3Credentials.secretAccessKey`,
    ),
  check(resource, _, report) {
    const store = inTreeStore(resource);
    if (store === undefined) {
      return;
    }
    const given = PROVIDERS.filter((name) => store[name] !== undefined);
    if (given.length !== 1) {
      report.fail(PATH, `exactly one of ${PROVIDERS.join(', ')} is needed, got ${given.join(' and ') || 'none'}`);
      return;
    }
    const { s3Credentials: s3, azureCredentials: azure } = store;
    if (isObject(s3)) {
      const keys = ['accessKeyId', 'secretAccessKey'].filter((name) => s3[name] !== undefined);
      const role = s3['inheritFromIAMRole'] === true;
      if (role ? keys.length > 0 : keys.length !== 2) {
        const got = [...keys, ...(role ? ['inheritFromIAMRole'] : [])].join(' and ') || 'nothing';
        report.fail(
          `${PATH}.s3Credentials`,
          `it needs accessKeyId and secretAccessKey, or inheritFromIAMRole, got ${got}`,
        );
      }
    }
    if (isObject(azure)) {
      const ways = ['storageKey', 'storageSasToken'].filter((name) => azure[name] !== undefined);
      const flags = ['inheritFromAzureAD', 'useDefaultAzureCredentials'].filter((name) => azure[name] === true);
      const count = ways.length + flags.length;
      if (azure['connectionString'] === undefined ? count !== 1 : count !== 0) {
        report.fail(
          `${PATH}.azureCredentials`,
          'it needs exactly one of connectionString, storageKey, storageSasToken, inheritFromAzureAD and useDefaultAzureCredentials',
        );
      }
    }
  },
};
