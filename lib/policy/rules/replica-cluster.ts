import { type YamlObject, isObject, objectOr } from '../resource';
import type { PolicyRule } from '../rule';
import { cluster, example } from './_examples';

/** What a promotion token holds, as base64 of JSON. */
const TOKEN = [
  'latestCheckpointTimelineID',
  'redoWalFile',
  'databaseSystemIdentifier',
  'latestCheckpointREDOLocation',
  'timeOfLatestCheckpoint',
  'operatorVersion',
];

/** A replica cluster starts as a copy, and a promotion has a token that can be read. */
export const replicaCluster: PolicyRule = {
  name: 'replica-cluster',
  family: 'cloudnative-pg',
  severity: 'error',
  kinds: ['postgresql.cnpg.io/v1/Cluster'],
  summary: 'a replica cluster is bootstrapped from its source, and only a primary has a promotion token',
  why: 'A replica that starts with initdb is another database that can never follow its source; the webhook refuses it, as a token that it cannot read (CloudNativePG, Replica Clusters; webhook: validateReplicaMode, validatePromotionToken).',
  remediation: 'write bootstrap.pg_basebackup or bootstrap.recovery from the source',
  example: () =>
    example(
      [
        cluster({
          replica: { enabled: true, source: 'origin' },
          bootstrap: { pg_basebackup: { source: 'origin' } },
          externalClusters: [{ name: 'origin', connectionParameters: { host: 'db.example.net' } }],
        }),
      ],
      'spec.bootstrap',
      { initdb: { database: 'shop', owner: 'shop' } },
    ),
  check(resource, _, report) {
    const replica = resource.spec['replica'] as unknown;
    if (!isObject(replica)) {
      return;
    }
    const follows = isReplica(replica, resource.name);
    const bootstrap = objectOr(resource.spec['bootstrap']);
    if (follows && bootstrap['pg_basebackup'] === undefined && bootstrap['recovery'] === undefined) {
      report.fail('spec.bootstrap', `a replica cluster starts as a copy of '${String(replica['source'])}'`);
    }
    const token = String(replica['promotionToken'] ?? '');
    if (token === '') {
      return;
    }
    const path = 'spec.replica.promotionToken';
    if (replica['minApplyDelay'] !== undefined) {
      report.fail(
        'spec.replica.minApplyDelay',
        'a promotion does not wait',
        'remove it while there is a promotionToken',
      );
    } else if (follows) {
      report.fail(
        path,
        'the Cluster stays a replica, and only a primary has a token',
        `write primary: ${resource.name}`,
      );
    } else {
      const missing = missingInToken(token);
      if (missing !== undefined) {
        report.fail(path, `it is not the token of a demoted cluster: ${missing}`, 'copy status.demotionToken as it is');
      }
    }
  },
};

/** As CloudNativePG decides: `enabled` where it is written, else by the name of the primary. */
function isReplica({ enabled, primary, self }: YamlObject, name: string): boolean {
  if (enabled !== undefined) {
    return enabled === true;
  }
  return typeof primary === 'string' && primary !== '' && primary !== (self ?? name);
}

function missingInToken(token: string): string | undefined {
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(token) || token.length % 4 !== 0) {
    return 'it is no base64';
  }
  let content: unknown;
  try {
    content = JSON.parse(Buffer.from(token, 'base64').toString('utf8'));
  } catch {
    return 'there is no JSON in it';
  }
  const lost = TOKEN.find((field) => (objectOr(content)[field] ?? '') === '');
  return lost === undefined ? undefined : `it has no ${lost}`;
}
