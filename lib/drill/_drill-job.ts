/** What the CronJob of a drill is made of. */
export interface DrillJob {
  /** Five cron fields, UTC. */
  readonly schedule: string;
  readonly suspend: boolean;
  /** A run that hangs ends then, and its load with it. */
  readonly deadlineSeconds: number;
  readonly labels: Readonly<Record<string, string>>;
  readonly pod: object;
}

/** A CronJob in git, never a Job: engines would run a Job again whenever it is gone. */
export function drillJob({ schedule, suspend, deadlineSeconds, labels, pod }: DrillJob): object {
  return {
    schedule,
    timeZone: 'Etc/UTC',
    suspend,
    concurrencyPolicy: 'Forbid',
    startingDeadlineSeconds: 3600,
    successfulJobsHistoryLimit: 3,
    failedJobsHistoryLimit: 3,
    jobTemplate: {
      metadata: { labels },
      spec: {
        // A failed drill is a result, not something to try again.
        backoffLimit: 0,
        activeDeadlineSeconds: deadlineSeconds,
        ttlSecondsAfterFinished: 14 * 86_400,
        template: pod,
      },
    },
  };
}
