import { WORKLOADS } from '../_pods';
import { listOr, objectOr } from '../resource';
import type { PolicyRule } from '../rule';
import { cronJob, example } from './_examples';

/** Pods of Jobs end, and all others start again. */
export const podRestartPolicy: PolicyRule = {
  name: 'pod-restart-policy',
  family: 'kubernetes',
  severity: 'error',
  kinds: WORKLOADS.filter((kind) => kind !== 'v1/Pod'),
  summary: 'pods of a Job are not started again for ever, and those of all other workloads are',
  why: 'The API server refuses a Job with Always, which is what it fills in itself, and a Deployment with anything else (kubernetes.io, Pod Lifecycle; Jobs).',
  remediation: 'write Never or OnFailure in a Job; remove restartPolicy from all others',
  example: () => example([cronJob()], 'spec.jobTemplate.spec.template.spec.restartPolicy'),
  check(resource, world, report) {
    const pods = world.pods(resource);
    const policy = pods?.spec?.['restartPolicy'] as string | undefined;
    const path = [...(pods?.path ?? []), 'restartPolicy'];
    const job = resource.kind === 'Job' ? resource.spec : objectOr(objectOr(resource.spec['jobTemplate'])['spec']);
    if (resource.kind !== 'Job' && resource.kind !== 'CronJob') {
      if (policy !== undefined && policy !== 'Always') {
        report.fail(
          path,
          `a ${resource.kind} keeps its pods running: only Always is allowed, got ${policy}`,
          'remove it',
        );
      }
    } else if (policy !== 'Never' && policy !== 'OnFailure') {
      report.fail(
        path,
        `a Job ends: Never or OnFailure is needed, got ${policy ?? 'the default, Always'}`,
        'write Never',
      );
    } else if (policy === 'OnFailure' && listOr(objectOr(job['podFailurePolicy'])['rules']).length > 0) {
      report.fail(path, 'podFailurePolicy looks at pods that ended, so they must not start again', 'write Never');
    }
  },
};
