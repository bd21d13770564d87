import { objectOr } from '../resource';
import type { PolicyRule } from '../rule';
import { example, store } from './_examples';

/** Backups travel encrypted to a bucket, and are deleted at some time. */
export const objectStoreDestination: PolicyRule = {
  name: 'object-store-destination',
  family: 'cloudnative-pg',
  severity: 'error',
  kinds: ['barmancloud.cnpg.io/v1/ObjectStore'],
  summary: 'backups go to a bucket over TLS',
  why: 'Over http, every row of the database crosses the network in clear; a destination without its scheme is accepted and fails at the first WAL file (plugin-barman-cloud, Object stores).',
  remediation: 'write destinationPath s3://bucket/folder and an https endpoint',
  example: () =>
    example(
      [store({ configuration: { endpointURL: 'https://objects.example.net' } })],
      'spec.configuration.endpointURL',
      'http://objects.example.net',
    ),
  check(resource, _, report) {
    const { destinationPath, endpointURL } = objectOr(resource.spec['configuration']);
    if (typeof endpointURL === 'string' && !endpointURL.startsWith('https://')) {
      report.fail(
        'spec.configuration.endpointURL',
        `backups cross the network in clear: '${endpointURL}' is not https`,
        'write an https endpoint',
      );
    }
    if (!/^(s3|gs|https):\/\/[^/]+/.test(String(destinationPath))) {
      report.fail(
        'spec.configuration.destinationPath',
        `'${String(destinationPath)}' must start with s3://, gs:// or https:// and a bucket`,
        'write destinationPath s3://bucket/folder',
      );
    }
  },
};
