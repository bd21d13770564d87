import type { KubernetesObject } from '../drill/runner/kubernetes';

/** A CronJob, as far as a Job is made of it. */
export interface CronJob extends KubernetesObject {
  readonly spec: { readonly jobTemplate: { readonly metadata?: JobMetadata; readonly spec: JobSpec } };
}

interface JobMetadata {
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
}

interface JobSpec {
  readonly activeDeadlineSeconds?: number;
  readonly ttlSecondsAfterFinished?: number;
  readonly template: {
    readonly spec: { readonly containers: readonly { readonly name: string; readonly command?: readonly string[] }[] };
  };
}

/** A Job, as far as it is followed. */
export interface Job extends KubernetesObject {
  readonly spec: JobSpec;
  readonly status?: {
    readonly conditions?: readonly {
      readonly type: string;
      readonly status: string;
      readonly reason?: string;
      readonly message?: string;
    }[];
  };
}

/** Whether a CronJob runs the program of failover drills. Another one is not started by a typing mistake. */
export function isFailoverDrill({ spec }: CronJob): boolean {
  return spec.jobTemplate.spec.template.spec.containers.some(({ command = [] }) => command.includes('failover'));
}

/** The Job that `kubectl create job --from` makes: its CronJob owns it and notes its success. */
export function ownedJob(cronJob: CronJob, name: string): Job {
  const { uid, name: owner } = cronJob.metadata;
  const job = jobOf(cronJob, name, cronJob.spec.jobTemplate.spec);
  const ownerReferences = [{ apiVersion: 'batch/v1', kind: 'CronJob', name: owner, uid, controller: true }];
  const annotations = { 'cronjob.kubernetes.io/instantiate': 'manual', ...job.metadata.annotations };
  const metadata: object = { ...job.metadata, annotations, ownerReferences };
  return { ...job, metadata: metadata as Job['metadata'] };
}

/** The same for a commit, without an owner: it must not die with the CronJob in git. */
export function committedJob(cronJob: CronJob, name: string): Job {
  // A Job in git that deletes itself would be run again by the engine.
  const { ttlSecondsAfterFinished: _, ...spec } = cronJob.spec.jobTemplate.spec;
  return jobOf(cronJob, name, spec);
}

function jobOf({ metadata: { namespace }, spec: { jobTemplate } }: CronJob, name: string, spec: JobSpec): Job {
  const metadata = { name, ...(namespace !== undefined && { namespace }), ...jobTemplate.metadata };
  return { apiVersion: 'batch/v1', kind: 'Job', metadata, spec };
}
