import type { SecretNeed } from '../../lib/gitops/sops-contract';

/** A declared Secret with the fields a test cares for. */
export function need(name: string, fields: Partial<SecretNeed> = {}, path = `state-hub/${name}`): SecretNeed {
  return {
    name,
    namespace: 'state-hub',
    type: 'Opaque',
    keys: [{ key: 'token', description: 'a token' }],
    labels: {},
    purpose: `Needs ${name}.`,
    rotation: 'Change it and wait.',
    node: { path },
    ...fields,
  };
}

const reload = { 'cnpg.io/reload': 'true' };

/** What State Hub declares, as the encrypted files in secrets/ provide it. */
export const stateHub: readonly SecretNeed[] = [
  need('state-hub-db-owner', {
    type: 'kubernetes.io/basic-auth',
    labels: reload,
    keys: [
      { key: 'username', description: 'the owner of the database', generate: 'printf state_hub' },
      { key: 'password', description: 'its password', generate: 'openssl rand -base64 24' },
    ],
  }),
  need('state-hub-db-backup', {
    labels: reload,
    keys: [
      { key: 'ACCESS_KEY_ID', description: 'access key of the bucket' },
      { key: 'SECRET_ACCESS_KEY', description: 'secret key of the bucket' },
    ],
  }),
];
