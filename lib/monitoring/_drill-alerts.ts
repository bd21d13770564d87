import type { Alert } from './alert';

const WEEK = 7 * 86_400;

/** What the alerts need to know of a drill. */
export interface WatchedDrill {
  readonly name: string;
  readonly namespace: string;
  /** How long evidence supports a decision, in seconds. */
  readonly evidenceSeconds: number;
}

/**
 * Alerts on drills, from kube-state-metrics. A run that was started by hand counts like a scheduled one: the controller
 * notes its success at the CronJob, also while that is suspended.
 */
export function drillAlerts(drill: WatchedDrill): Alert[] {
  const subject = drill.name;
  const cronJob = `namespace="${drill.namespace}",cronjob="${drill.name}"`;
  const jobs = `namespace="${drill.namespace}",job_name=~"${drill.name}-.+"`;
  const success = `kube_cronjob_status_last_successful_time{${cronJob}}`;
  const created = `kube_cronjob_created{${cronJob}}`;
  const days = Math.round(drill.evidenceSeconds / 86_400);
  return [
    {
      name: 'PhoenixDrillFailed',
      subject,
      expr:
        `max(kube_job_created{${jobs}} and on (namespace, job_name) (kube_job_status_failed{${jobs}} > 0)) ` +
        `> max(${success} or ${created})`,
      for: '1m',
      severity: 'warning',
      summary: `the last run of ${drill.name} failed`,
      description: `The drill did not reach its objective, or could not start. Until it passes, nobody knows whether the next failure is survived. Read the last line of the Job's log.`,
    },
    {
      name: 'PhoenixDrillStale',
      subject,
      expr: `time() - max(${success}) > ${drill.evidenceSeconds}`,
      for: '1h',
      severity: 'warning',
      summary: `${drill.name} has not passed for ${days} days`,
      description: `Its evidence no longer supports a decision: what was true of the service then may not be true now.`,
    },
    {
      name: 'PhoenixDrillNeverRun',
      subject,
      expr: `(time() - max(${created}) > ${WEEK}) unless on () max(${success})`,
      for: '1h',
      severity: 'warning',
      summary: `${drill.name} has never passed`,
      description: `It has been there for a week. A way out of a failure that nobody has gone is a guess.`,
    },
  ];
}
