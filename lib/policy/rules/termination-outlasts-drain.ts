import { listOr, objectOr } from '../resource';
import type { PolicyRule } from '../rule';
import { WORKLOADS } from '../_pods';
import { container, deployment, example } from './_examples';

const DEFAULT_GRACE = 30;

/** A pod has time to finish after its hook. */
export const terminationOutlastsDrain: PolicyRule = {
  name: 'termination-outlasts-drain',
  family: 'availability',
  severity: 'error',
  kinds: WORKLOADS,
  summary: 'the grace period of a pod is longer than its preStop hook',
  why: 'The grace period includes the hook: a hook as long as the period means that the process is killed in the middle of its requests (kubernetes.io, Container Lifecycle Hooks).',
  remediation: 'write a terminationGracePeriodSeconds of at least the sleep and the time of a request',
  example: () =>
    example(
      [
        deployment({
          terminationGracePeriodSeconds: 60,
          containers: [container({ lifecycle: { preStop: { sleep: { seconds: 10 } } } })],
        }),
      ],
      'spec.template.spec.terminationGracePeriodSeconds',
      10,
    ),
  check(resource, world, report) {
    const pods = world.pods(resource);
    const grace = Number(pods?.spec?.['terminationGracePeriodSeconds'] ?? DEFAULT_GRACE);
    for (const container of listOr(pods?.spec?.['containers'])) {
      const { sleep, exec } = objectOr(objectOr(container['lifecycle'])['preStop']);
      const command = /\bsleep (\d+)/.exec((objectOr(exec)['command'] ?? []).join?.(' ') ?? '')?.[1];
      const seconds = Number(objectOr(sleep)['seconds'] ?? command ?? 0);
      if (seconds > 0 && seconds + 1 >= grace) {
        report.fail(
          [...(pods?.path ?? []), 'terminationGracePeriodSeconds'],
          `the hook of container '${container['name']}' takes ${seconds} of the ${grace} s: its requests are cut off`,
        );
      }
    }
  },
};
