import { isObject, objectOr } from '../resource';
import type { PolicyRule } from '../rule';
import { example, store } from './_examples';

const PROVIDERS = ['s3Credentials', 'azureCredentials', 'googleCredentials'];

/** An object store has one set of credentials, and it is complete. */
export const objectStoreCredentials: PolicyRule = {
  name: 'object-store-credentials',
  family: 'cloudnative-pg',
  severity: 'error',
  kinds: ['barmancloud.cnpg.io/v1/ObjectStore'],
  summary: 'an ObjectStore has the credentials of exactly one provider, complete',
  why: 'No webhook looks at an ObjectStore: what is missing is found when the first WAL file cannot be archived. inheritFromIAMRole alone lets the database read every Secret of its namespace (plugin-barman-cloud#892).',
  remediation: 'write s3Credentials with accessKeyId and secretAccessKey',
  example: () => example([store()], 'spec.configuration.s3Credentials.secretAccessKey'),
  check(resource, _, report) {
    const configuration = objectOr(resource.spec['configuration']);
    const given = PROVIDERS.filter((name) => configuration[name] !== undefined);
    if (given.length !== 1) {
      report.fail(
        'spec.configuration',
        `exactly one of ${PROVIDERS.join(', ')} is needed, got ${given.join(' and ') || 'none'}`,
      );
      return;
    }
    const google = configuration['googleCredentials'] as unknown;
    if (isObject(google) && (google['gkeEnvironment'] === true) === (google['applicationCredentials'] !== undefined)) {
      report.fail(
        'spec.configuration.googleCredentials',
        'either gkeEnvironment is true or applicationCredentials names a Secret: with both or none, nothing is archived',
        'write one of gkeEnvironment: true and applicationCredentials',
      );
    }
    const s3 = configuration['s3Credentials'] as unknown;
    if (!isObject(s3)) {
      return;
    }
    const path = ['spec', 'configuration', 's3Credentials'];
    if (s3['inheritFromIAMRole'] === true) {
      if (s3['region'] === undefined) {
        report.fail(
          [...path, 'inheritFromIAMRole'],
          'with no Secret named at all, the plugin lets the database read every Secret of the namespace',
          'name region from a Secret too, which narrows the right to that Secret',
        );
      }
      return;
    }
    for (const field of ['accessKeyId', 'secretAccessKey']) {
      if (s3[field] === undefined) {
        report.fail([...path, field], `'${field}' is missing: nothing can be archived`);
      }
    }
  },
};
