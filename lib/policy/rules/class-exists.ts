import { deployment, example } from './_examples';
import type { PolicyRule } from '../rule';
import type { ReferredKind } from './_reference-table';
import { referrersTo } from './_reference-table';
import { referencesOf } from './_references';
import { resolve } from './_resolve';

const CLASSES: readonly ReferredKind[] = ['IngressClass', 'PriorityClass', 'RuntimeClass', 'VolumeAttributesClass'];
/** Priorities that every cluster has. */
const BUILT_IN = ['system-cluster-critical', 'system-node-critical'];

/** A class that is named must be there. */
export const classExists: PolicyRule = {
  name: 'class-exists',
  family: 'references',
  severity: 'error',
  kinds: referrersTo(...CLASSES),
  summary: 'every priority, runtime, ingress and volume attributes class is one of those that are declared',
  why: 'Pods with an unknown PriorityClass or RuntimeClass are refused, and only the events of their controller say so (kubernetes.io, Pod Priority and Preemption; Runtime Class).',
  remediation: 'correct the name, or name the class as external',
  example: () =>
    example(
      [
        deployment({ priorityClassName: 'serving' }),
        {
          apiVersion: 'scheduling.k8s.io/v1',
          kind: 'PriorityClass',
          metadata: { name: 'serving' },
          value: 1000,
        },
      ],
      'spec.template.spec.priorityClassName',
      'servign',
    ),
  check(resource, world, report) {
    for (const { kind, name, path } of world.onceFor(resource, referencesOf)) {
      if (CLASSES.includes(kind) && !BUILT_IN.includes(name)) {
        resolve({ kind, name, namespace: '', path }, world, report);
      }
    }
  },
};
