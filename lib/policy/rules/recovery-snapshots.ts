import { isObject, objectOr } from '../resource';
import type { PolicyRule } from '../rule';
import { cluster, example } from './_examples';

const PATH = ['spec', 'bootstrap', 'recovery'];
const KINDS = ['snapshot.storage.k8s.io/VolumeSnapshot', '/PersistentVolumeClaim'];

/** A recovery from snapshots has volumes to put them on, and no second source. */
export const recoverySnapshots: PolicyRule = {
  name: 'recovery-snapshots',
  family: 'cloudnative-pg',
  severity: 'error',
  kinds: ['postgresql.cnpg.io/v1/Cluster'],
  summary: 'a recovery from snapshots names VolumeSnapshots or PersistentVolumeClaims, and nothing else to restore',
  why: 'Only the webhook knows what can be a source, so it is found in the middle of a recovery (CloudNativePG, webhook: validateBootstrapRecoveryDataSource).',
  remediation: 'write kind: VolumeSnapshot with apiGroup: snapshot.storage.k8s.io, or kind: PersistentVolumeClaim',
  example: () =>
    example(
      [
        cluster({
          bootstrap: {
            recovery: {
              database: 'shop',
              owner: 'shop',
              volumeSnapshots: {
                storage: { name: 'db-1', kind: 'VolumeSnapshot', apiGroup: 'snapshot.storage.k8s.io' },
              },
            },
          },
        }),
      ],
      'spec.bootstrap.recovery.volumeSnapshots.storage.kind',
      'Snapshot',
    ),
  check(resource, _, report) {
    const recovery = objectOr(objectOr(resource.spec['bootstrap'])['recovery']);
    const snapshots = recovery['volumeSnapshots'] as unknown;
    if (!isObject(snapshots)) {
      return;
    }
    if (recovery['backup'] !== undefined) {
      report.fail([...PATH, 'backup'], 'a recovery from snapshots takes no Backup besides', 'remove backup');
    }
    if (objectOr(recovery['recoveryTarget'])['backupID'] !== undefined) {
      const path = [...PATH, 'recoveryTarget', 'backupID'];
      report.fail(path, 'a recovery from snapshots takes no backupID', 'remove backupID');
    }
    for (const volume of ['storage', 'walStorage']) {
      const source = snapshots[volume] as unknown;
      if (isObject(source) && !KINDS.includes(`${String(source['apiGroup'] ?? '')}/${String(source['kind'])}`)) {
        report.fail(
          [...PATH, 'volumeSnapshots', volume, 'kind'],
          `only VolumeSnapshot and PersistentVolumeClaim can be restored, got ${source['kind']} of '${source['apiGroup'] ?? ''}'`,
        );
      }
    }
    if (snapshots['walStorage'] !== undefined && resource.spec['walStorage'] === undefined) {
      report.fail(
        [...PATH, 'volumeSnapshots', 'walStorage'],
        'there is no WAL volume to restore it to',
        'write spec.walStorage',
      );
    }
  },
};
