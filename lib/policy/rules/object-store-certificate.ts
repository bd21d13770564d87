import { objectOr } from '../resource';
import type { PolicyRule } from '../rule';
import { example, store } from './_examples';

/** A certificate authority is given to a provider that reads it. */
export const objectStoreCertificate: PolicyRule = {
  name: 'object-store-certificate',
  family: 'cloudnative-pg',
  severity: 'warning',
  kinds: ['barmancloud.cnpg.io/v1/ObjectStore'],
  summary: 'endpointCA goes with credentials of S3 or Azure',
  why: 'The plugin hands endpointCA to the clients of S3 and Azure and drops it for Google: an endpoint with a certificate of your own is then not trusted, which shows when the first WAL file fails to archive (plugin-barman-cloud 0.14, internal/cnpgi/common).',
  remediation: 'remove endpointCA, or use the S3 interface of the store',
  example: () =>
    example(
      [store({ configuration: { s3Credentials: undefined, googleCredentials: { gkeEnvironment: true } } })],
      'spec.configuration.endpointCA',
      { name: 'store', key: 'ca.crt' },
    ),
  check(resource, _, report) {
    const { endpointCA, googleCredentials } = objectOr(resource.spec['configuration']);
    if (endpointCA !== undefined && googleCredentials !== undefined) {
      report.fail('spec.configuration.endpointCA', 'it is not read with googleCredentials');
    }
  },
};
