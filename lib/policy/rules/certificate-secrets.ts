import { objectOr } from '../resource';
import type { PolicyRule } from '../rule';
import { cluster, example } from './_examples';

/** Whoever brings a certificate brings the authority that signed it. */
export const certificateSecrets: PolicyRule = {
  name: 'certificate-secrets',
  family: 'cloudnative-pg',
  severity: 'error',
  kinds: ['postgresql.cnpg.io/v1/Cluster'],
  summary: 'a certificate that is brought along comes with its authority, and with its names in itself',
  why: 'The operator cannot sign for an authority that it does not have; only the webhook says so (CloudNativePG, Certificates; webhook: validateCerts).',
  remediation: 'name the Secret with ca.crt of the authority',
  example: () =>
    example(
      [cluster({ certificates: { serverTLSSecret: 'db-tls', serverCASecret: 'db-authority' } })],
      'spec.certificates.serverCASecret',
    ),
  check(resource, _, report) {
    const given = objectOr(resource.spec['certificates']);
    const has = (field: string): boolean => (given[field] ?? '') !== '';
    if (has('serverTLSSecret') && !has('serverCASecret')) {
      report.fail('spec.certificates.serverCASecret', 'serverTLSSecret needs serverCASecret');
    }
    if (has('replicationTLSSecret') && !has('clientCASecret')) {
      report.fail('spec.certificates.clientCASecret', 'replicationTLSSecret needs clientCASecret');
    }
    const names: unknown = given['serverAltDNSNames'];
    if (has('serverTLSSecret') && Array.isArray(names) && names.length > 0) {
      report.fail(
        'spec.certificates.serverAltDNSNames',
        'the names are in the certificate of serverTLSSecret already',
        'remove serverAltDNSNames, and sign the certificate for these names',
      );
    }
  },
};
