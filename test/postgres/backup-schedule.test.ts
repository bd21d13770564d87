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
    ['0 0 2 */2 * MON', 21 * 86_400],
    ['* * * * * *', 1],
  ])('knows the longest gap of %s: %i seconds', (schedule, gap) => {
    expect(backups(schedule).backupSchedule.longestGapSeconds).toBe(gap);
  });

  it.each([
    [
      '0 2 * * *',
      "test/backups: 'schedule' must have six fields, not 5, got '0 2 * * *'; write second, minute, hour, day of month, " +
        "month, day of week: '0 17 2 * * *' is every day at 02:17 UTC",
    ],
    ['@daily', "'schedule' must have six fields, not 1, got '@daily'"],
    ['@every 1h', "'schedule' must have six fields, not 2, got '@every 1h'"],
    ['0 0 2 * * * *', "'schedule' must have six fields, not 7"],
    ['', "'schedule' must have six fields, not 1"],
    ['0 60 2 * * *', "'schedule' has minute '60', which must be from 0 to 59, got '0 60 2 * * *'"],
    ['0 0 2 * * 7', "'schedule' has day of week '7', which must be from 0 to 6, where 0 is Sunday"],
    ['0 0 2 * * SAT-SUN', "'schedule' has day of week 'SAT-SUN', which ends before it begins, where 0 is Sunday"],
    ['0 0 2 30 2 *', "'schedule' never runs, or not for more than five years, got '0 0 2 30 2 *'"],
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
