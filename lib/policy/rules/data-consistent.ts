import { objectOr } from '../resource';
import type { PolicyRule } from '../rule';
import { example, object } from './_examples';

const MAX_BYTES = 2 ** 20;

/** Keys that a type of Secret must have, one of each group. */
const KEYS: Readonly<Record<string, readonly (readonly string[])[]>> = {
  'kubernetes.io/basic-auth': [['username', 'password']],
  'kubernetes.io/dockercfg': [['.dockercfg']],
  'kubernetes.io/dockerconfigjson': [['.dockerconfigjson']],
  'kubernetes.io/ssh-auth': [['ssh-privatekey']],
  'kubernetes.io/tls': [['tls.crt'], ['tls.key']],
};

/** A ConfigMap or Secret can be stored, and read by those it is for. */
export const dataConsistent: PolicyRule = {
  name: 'data-consistent',
  family: 'kubernetes',
  severity: 'error',
  kinds: ['v1/ConfigMap', 'v1/Secret'],
  summary: 'a ConfigMap or Secret has every key once, the keys of its type, and at most 1 MiB',
  why: 'The API server refuses it, and the pods that need it never start (kubernetes.io, ConfigMaps; Secrets, Types of Secret).',
  remediation: 'write the keys that the type asks for',
  example: () =>
    example(
      [object('v1', 'ConfigMap', 'pages', { data: { 'a.html': '' }, binaryData: { 'b.png': '' } })],
      "binaryData['a.html']",
      '',
    ),
  check(resource, _, report) {
    const data = objectOr(resource.manifest['data']);
    const more = objectOr(resource.manifest['binaryData']);
    let bytes = 0;
    for (const [key, value] of Object.entries(data)) {
      bytes += String(value).length;
      if (resource.kind === 'ConfigMap' && more[key] !== undefined) {
        report.fail(['binaryData', key], `the key '${key}' is in data already`, 'remove one of the two');
      }
    }
    for (const value of Object.values(more)) {
      bytes += String(value).length;
    }
    // In base64 four letters are three bytes.
    if ((resource.kind === 'Secret' ? bytes * 0.75 : bytes) > MAX_BYTES) {
      report.fail('data', `at most 1 MiB can be stored, got ${bytes} bytes`, 'split it, or put it into an image');
    }
    const known = { ...data, ...objectOr(resource.manifest['stringData']) };
    for (const group of KEYS[String(resource.manifest['type'])] ?? []) {
      if (group.every((key) => known[key] === undefined)) {
        report.fail('data', `a Secret of type ${resource.manifest['type']} has ${group.join(' or ')}`);
      }
    }
  },
};
