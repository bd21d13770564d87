import { Testing } from 'cdk8s';
import { describe, expect, it } from 'vitest';
import { BackupSchedule, DrillDatabase } from '../../lib';
import { chart, cluster, only } from '../_build';

const backups = (schedule: string) => {
  const scope = chart();
  const backupSchedule = new BackupSchedule(scope, 'backups', { cluster: cluster(scope), schedule });
  return { backupSchedule, manifest: () => only(Testing.synth(scope), 'ScheduledBackup') };
};

describe('a BackupSchedule', () => {
  it('takes backups with the plugin, one at once, and they outlive the schedule', () => {
    expect(backups('0 17 2 * * *').manifest()).toEqual({
      apiVersion: 'postgresql.cnpg.io/v1',
      kind: 'ScheduledBackup',
      metadata: { name: 'shop-db-backup', namespace: 'shop' },
      spec: {
        schedule: '0 17 2 * * *',
        cluster: { name: 'shop-db' },
        immediate: true,
        method: 'plugin',
        pluginConfiguration: { name: 'barman-cloud.cloudnative-pg.io' },
        target: 'prefer-standby',
        backupOwnerReference: 'cluster',
      },
    });
  });

  it.each([
    ['0 17 2 * * *', 86_400],
    ['0 0 3 * * 0', 7 * 86_400],
    ['0 0 */6 * * *', 6 * 3600],
    ['0 0 2 1 * *', 31 * 86_400],
    ['0 0 2 * * MON-FRI', 3 * 86_400],
  ])('knows the longest gap of %s: %i seconds', (schedule, gap) => {
    expect(backups(schedule).backupSchedule.longestGapSeconds).toBe(gap);
  });

  it.each([
    ['0 2 * * *', "test/backups: 'schedule' must have six fields, got 5 in '0 2 * * *'; write second, minute, hour"],
    ['@daily', "'schedule' must have six fields, got the shorthand '@daily'"],
    ['@every 1h', "'schedule' must have six fields, got the shorthand '@every 1h'"],
    ['0 0 2 * * * *', "'schedule' must have six fields, got 7"],
    ['0 60 2 * * *', "'schedule' is no valid schedule, got '0 60 2 * * *'"],
    ['0 0 25 * * *', "'schedule' is no valid schedule"],
    ['0 0 2 * * FOO', "'schedule' is no valid schedule"],
    ['0 0 2 L * *', "'schedule' may use numbers, names of months and days"],
    ['', "'schedule' must have six fields, got 1"],
  ])('fails for %j', (schedule, message) => {
    expect(() => backups(schedule)).toThrow(message);
  });
});

describe('a DrillDatabase', () => {
  it('has a role that owns its database, logs in by certificate and has no password', () => {
    const scope = chart();
    const drill = new DrillDatabase(scope, 'drill', { cluster: cluster(scope) });
    const manifests = Testing.synth(scope);
    expect(only(manifests, 'DatabaseRole').spec).toMatchObject({
      name: 'phoenix_drill',
      login: true,
      disablePassword: true,
      clientCertificate: { enabled: true },
    });
    expect(only(manifests, 'Database').spec).toMatchObject({ name: 'phoenix_drill', owner: 'phoenix_drill' });
    expect(drill.clientCertificate).toEqual({ name: 'shop-db-drill-client-cert', key: 'tls.crt' });
  });
});
