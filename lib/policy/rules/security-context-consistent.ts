import type { PathSegment } from '../_path';
import { objectOr } from '../resource';
import type { PolicyRule, Report } from '../rule';
import { deployment, example } from './_examples';
import { POD_KINDS, podSpecOf } from './_pod-specs';

const PROFILES = ['seccompProfile', 'appArmorProfile'];

/** A container can be started with the rights that it is given. */
export const securityContextConsistent: PolicyRule = {
  name: 'security-context-consistent',
  family: 'kubernetes',
  severity: 'error',
  kinds: POD_KINDS,
  summary: 'no container is root and not root, or privileged and not to be more privileged',
  why: 'The API server refuses some of these, the kubelet the rest: the container waits in CreateContainerConfigError (kubernetes.io, Configure a Security Context for a Pod or Container).',
  remediation: 'write runAsUser above 0',
  example: () =>
    example(
      [deployment({ securityContext: { runAsNonRoot: true, runAsUser: 1000 } })],
      'spec.template.spec.securityContext.runAsUser',
      0,
    ),
  check(resource, world, report) {
    const pod = podSpecOf(resource, world);
    if (pod === undefined) {
      return;
    }
    const shared = objectOr(pod.spec['securityContext']);
    checkProfiles(shared, pod.path, report);
    checkRoot(shared, {}, pod.path, report);
    for (const { container, path } of pod.containers) {
      const own = objectOr(container['securityContext']);
      checkProfiles(own, path, report);
      if (own['runAsUser'] !== undefined || own['runAsNonRoot'] !== undefined) {
        checkRoot(own, shared, path, report);
      }
      const added: unknown = objectOr(own['capabilities'])['add'];
      const more = own['privileged'] === true || (Array.isArray(added) && added.includes('SYS_ADMIN'));
      if (own['allowPrivilegeEscalation'] === false && more) {
        const what = own['privileged'] === true ? 'privileged' : 'SYS_ADMIN';
        report.fail(
          [...path, 'securityContext', 'allowPrivilegeEscalation'],
          `${what} is all privileges already`,
          `remove ${what}`,
        );
      }
    }
  },
};

function checkRoot(
  own: Readonly<Record<string, unknown>>,
  shared: Readonly<Record<string, unknown>>,
  path: readonly PathSegment[],
  report: Report,
): void {
  const runAsNonRoot = own['runAsNonRoot'] ?? shared['runAsNonRoot'];
  const runAsUser = own['runAsUser'] ?? shared['runAsUser'];
  if (runAsNonRoot === true && runAsUser === 0) {
    report.fail(
      [...path, 'securityContext', own['runAsUser'] === undefined ? 'runAsNonRoot' : 'runAsUser'],
      'user 0 is root, and runAsNonRoot is true',
    );
  }
}

function checkProfiles(context: Readonly<Record<string, unknown>>, path: readonly PathSegment[], report: Report): void {
  for (const field of PROFILES) {
    if (context[field] === undefined) {
      continue;
    }
    const { type, localhostProfile } = objectOr(context[field]);
    if (type === 'Localhost' && (localhostProfile ?? '') === '') {
      report.fail(
        [...path, 'securityContext', field, 'localhostProfile'],
        'type Localhost needs the file of the profile',
        'write its path',
      );
    } else if (type !== 'Localhost' && localhostProfile !== undefined) {
      report.fail(
        [...path, 'securityContext', field, 'localhostProfile'],
        'it is for type Localhost only',
        'remove localhostProfile',
      );
    }
  }
}
