import { objectOr } from '../resource';
import type { PolicyRule } from '../rule';
import { cluster, example } from './_examples';
import { majorOf, parametersOf, postgresBoolean } from './_postgres';

const SLOTS = ['spec', 'replicationSlots'];
const HINT = 'spec.postgresql.parameters.hot_standby_feedback';

/** Logical slots that follow a failover have all that they need. */
export const replicationSlots: PolicyRule = {
  name: 'replication-slots',
  family: 'cloudnative-pg',
  severity: 'error',
  kinds: ['postgresql.cnpg.io/v1/Cluster'],
  summary: 'slots that are copied to standbys have the settings for it, and patterns that can be read',
  why: 'A logical subscriber whose slot was not copied starts anew after a failover, from all the data; only the webhook knows what copying asks for (CloudNativePG, Replication, Logical decoding slot synchronization; webhook: validateSynchronizeLogicalDecoding).',
  remediation: "write hot_standby_feedback: 'on' and sync_replication_slots: 'on'",
  example: () =>
    example(
      [
        cluster({
          replicationSlots: { highAvailability: { enabled: true, synchronizeLogicalDecoding: true } },
          postgresql: { parameters: { hot_standby_feedback: 'on', sync_replication_slots: 'on' } },
        }),
      ],
      HINT,
    ),
  check(resource, _, report) {
    const slots = objectOr(resource.spec['replicationSlots']);
    const available = objectOr(slots['highAvailability']);
    const parameters = parametersOf(resource);
    const on = (name: string): boolean => postgresBoolean(parameters[name] ?? 'off') === true;
    const extension = Object.keys(parameters).some((name) => name.startsWith('pg_failover_slots.'));

    const patterns: unknown = objectOr(slots['synchronizeReplicas'])['excludePatterns'];
    (Array.isArray(patterns) ? patterns : []).forEach((pattern, i) => {
      if (!isPattern(String(pattern))) {
        const path = [...SLOTS, 'synchronizeReplicas', 'excludePatterns', i];
        report.fail(path, `'${pattern}' is no regular expression`, 'write one, such as ^debezium_');
      }
    });
    if (extension && !on('hot_standby_feedback')) {
      report.fail(HINT, 'pg_failover_slots needs hot_standby_feedback', "write 'on'");
    }
    if (extension && available['enabled'] === false) {
      const path = [...SLOTS, 'highAvailability', 'enabled'];
      report.fail(path, 'pg_failover_slots needs the slots of the standbys', 'write true');
    }
    if (available['synchronizeLogicalDecoding'] !== true || extension) {
      return;
    }
    if ((majorOf(resource) ?? 17) < 17) {
      report.fail(
        [...SLOTS, 'highAvailability', 'synchronizeLogicalDecoding'],
        `PostgreSQL ${majorOf(resource)} needs the extension pg_failover_slots for it`,
        'use PostgreSQL 17 or newer, or configure pg_failover_slots',
      );
      return;
    }
    for (const name of ['hot_standby_feedback', 'sync_replication_slots']) {
      if (!on(name)) {
        report.fail(`spec.postgresql.parameters.${name}`, `synchronizeLogicalDecoding needs ${name}`, "write 'on'");
      }
    }
  },
};

/** Whether Go would read it; what only JavaScript reads, Go refuses. */
function isPattern(text: string): boolean {
  try {
    void new RegExp(text.replace(/^\(\?[imsU]+\)/, '').replaceAll('(?P<', '(?<'), 'u');
    return !/\(\?(<?[=!])|\\[1-9]/.test(text);
  } catch {
    return false;
  }
}
