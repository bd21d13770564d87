import type { Alert } from './alert';

const WEEK = 7 * 86_400;

/** What the alerts need to know of a drill. */
export interface WatchedDrill {
  readonly name: string;
  readonly namespace: string;
  /** How long evidence supports a decision, in seconds. */
  readonly evidenceSeconds: number;
}

/** Alerts on a failover drill. */
export function drillAlerts(drill: WatchedDrill): Alert[] {
  const { created, lastFailure, lastSuccess } = runsOf(drill);
  return [
    {
      name: 'PhoenixDrillFailed',
      subject: drill.name,
      expr: `${lastFailure} > max(${lastSuccess} or ${created})`,
      for: '1m',
      severity: 'warning',
      summary: `the last run of ${drill.name} failed`,
      description: `The drill did not reach its objective, or could not start. Until it passes, nobody knows whether the next failure is survived. Read the last line of the Job's log.`,
    },
    {
      name: 'PhoenixDrillStale',
      subject: drill.name,
      expr: `time() - max(${lastSuccess}) > ${drill.evidenceSeconds}`,
      for: '1h',
      severity: 'warning',
      summary: `${drill.name} has not passed for ${days(drill)} days`,
      description: `Its evidence no longer supports a decision: what was true of the service then may not be true now.`,
    },
    {
      name: 'PhoenixDrillNeverRun',
      subject: drill.name,
      expr: `(time() - max(${created}) > ${WEEK}) unless on () max(${lastSuccess})`,
      for: '1h',
      severity: 'warning',
      summary: `${drill.name} has never passed`,
      description: `It has been there for a week. A way out of a failure that nobody has gone is a guess.`,
    },
  ];
}

/** Alerts on a readiness check. It runs by itself, so one that has never passed is stale like any other. */
export function readinessAlerts(check: WatchedDrill): Alert[] {
  const { created, lastFailure, lastSuccess } = runsOf(check);
  return [
    {
      name: 'PhoenixReadinessFailed',
      subject: check.name,
      expr: `${lastFailure} > max(${lastSuccess} or ${created})`,
      for: '1m',
      severity: 'warning',
      summary: `the cluster is not what the platform declares: the last run of ${check.name} failed`,
      description: `A node, an operator, the storage, a name or an address is not as declared, or could not be looked at. The last line of the Job's log says which.`,
    },
    {
      name: 'PhoenixReadinessStale',
      subject: check.name,
      expr: `time() - max(${lastSuccess} or ${created}) > ${check.evidenceSeconds}`,
      for: '1h',
      severity: 'warning',
      summary: `${check.name} has not passed for ${days(check)} days`,
      description: `Nobody knows whether the cluster is still what recovery was predicted for.`,
    },
  ];
}

/**
 * The runs of a drill, from kube-state-metrics. The controller notes the success of Jobs that the CronJob owns at the
 * CronJob, and keeps it when they are gone; a Job that was committed to git has no owner, so its own completion counts too.
 */
function runsOf({ name, namespace }: WatchedDrill): { created: string; lastFailure: string; lastSuccess: string } {
  const cronJob = `namespace="${namespace}",cronjob="${name}"`;
  const jobs = `namespace="${namespace}",job_name=~"${name}-.+"`;
  // Of the condition, not of failed pods: a Job whose pod was never admitted has failed too.
  const failed = `kube_job_failed{${jobs},condition="true"} == 1`;
  return {
    created: `kube_cronjob_created{${cronJob}}`,
    lastFailure: `max(kube_job_created{${jobs}} and on (namespace, job_name) (${failed}))`,
    lastSuccess: `kube_cronjob_status_last_successful_time{${cronJob}} or kube_job_status_completion_time{${jobs}}`,
  };
}

function days({ evidenceSeconds }: WatchedDrill): number {
  return Math.round(evidenceSeconds / 86_400);
}
