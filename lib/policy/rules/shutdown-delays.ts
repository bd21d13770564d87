import type { PolicyRule } from '../rule';
import { cluster, example } from './_examples';

const SMART_DEFAULT = 180;
const SMART_MAX = 30;
const STOP_DEFAULT = 1800;
const STOP_MAX = 600;

/** A dying primary does not hold up its successor. */
export const shutdownDelays: PolicyRule = {
  name: 'shutdown-delays',
  family: 'cloudnative-pg',
  severity: 'error',
  kinds: ['postgresql.cnpg.io/v1/Cluster'],
  summary: 'a primary that is told to stop stops soon',
  why: 'By default a smart shutdown waits 180 s for sessions to end while new ones are refused: about 185 s of outage instead of 6 s; and a deleted pod may take half an hour (cloudnative-pg#11280, pull request 11518).',
  remediation: 'write smartShutdownTimeout: 0 and stopDelay: 120',
  example: () => example([cluster()], 'spec.smartShutdownTimeout', 60),
  check(resource, _, report) {
    const smart = Number(resource.spec['smartShutdownTimeout'] ?? SMART_DEFAULT);
    const stop = Number(resource.spec['stopDelay'] ?? STOP_DEFAULT);
    if (smart > SMART_MAX && stop > smart && Number(resource.spec['instances'] ?? 1) > 1) {
      report.fail(
        'spec.smartShutdownTimeout',
        `a primary that is told to stop refuses new sessions for up to ${smart} s before anybody may take over`,
      );
    }
    if (stop > STOP_MAX) {
      report.fail('spec.stopDelay', `a pod that is deleted may take ${stop} s to go, and a drain waits for it`);
    }
  },
};
