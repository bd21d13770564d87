import type { PathSegment } from '../_path';
import { WORKLOADS } from '../_pods';
import { type YamlObject, isObject, listOr, objectOr } from '../resource';
import type { PolicyRule, Report } from '../rule';
import { deployment, example } from './_examples';

const VOLUMES = [
  'configMap',
  'csi',
  'downwardAPI',
  'emptyDir',
  'ephemeral',
  'persistentVolumeClaim',
  'projected',
  'secret',
];
const safe = { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } };
const restricted = {
  securityContext: { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } },
  containers: [{ name: 'web', image: 'registry.example.net/web:1@sha256:00', securityContext: safe }],
};

/** Pods fit the restricted Pod Security Standard, in full. */
export const podSecurityRestricted: PolicyRule = {
  name: 'pod-security-restricted',
  family: 'security',
  severity: 'error',
  kinds: WORKLOADS,
  summary: 'pods meet the restricted Pod Security Standard in full',
  why: 'In a namespace that enforces it, a Deployment is accepted and its pods are refused: nothing runs, and only the events of the ReplicaSet say why (kubernetes.io, Pod Security Standards).',
  remediation: 'write what the standard asks for',
  example: () =>
    example(
      [deployment(restricted)],
      'spec.template.spec.containers[0].securityContext.allowPrivilegeEscalation',
      true,
    ),
  check(resource, world, report) {
    const pods = world.pods(resource);
    if (pods?.spec === undefined) {
      return;
    }
    const { spec, path, containers } = pods;
    const context = objectOr(spec['securityContext']);
    for (const field of ['hostNetwork', 'hostPID', 'hostIPC']) {
      if (spec[field] === true) {
        report.fail([...path, field], 'the pod shares it with its node', `remove ${field}`);
      }
    }
    listOr(spec['volumes']).forEach((volume, i) => {
      const kind = Object.keys(volume).find((name) => name !== 'name') ?? '';
      if (kind !== '' && !VOLUMES.includes(kind)) {
        report.fail(
          [...path, 'volumes', i, kind],
          `volumes of kind ${kind} are not allowed; allowed are ${VOLUMES.join(', ')}`,
          'take the volume from a PersistentVolumeClaim',
        );
      }
    });
    for (const { container, path: at } of containers) {
      checkContainer(container, context, at, report);
    }
  },
};

function checkContainer(container: YamlObject, pod: YamlObject, path: readonly PathSegment[], report: Report): void {
  const own = objectOr(container['securityContext']);
  const at = [...path, 'securityContext'];
  const seccomp = objectOr(own['seccompProfile'] ?? pod['seccompProfile'])['type'] as unknown;
  const { drop, add } = objectOr(own['capabilities']);
  if ((own['runAsNonRoot'] ?? pod['runAsNonRoot']) !== true) {
    const user: unknown = own['runAsUser'] ?? pod['runAsUser'];
    const message =
      typeof user === 'number' && user > 0
        ? 'the standard asks for it beside runAsUser'
        : 'the container may run as root';
    report.fail([...at, 'runAsNonRoot'], message, 'write runAsNonRoot: true');
  }
  if ((own['runAsUser'] ?? pod['runAsUser']) === 0) {
    report.fail([...at, 'runAsUser'], 'the container runs as root', 'write a user other than 0');
  }
  if (own['allowPrivilegeEscalation'] !== false) {
    report.fail(
      [...at, 'allowPrivilegeEscalation'],
      'a program in it may gain rights',
      'write allowPrivilegeEscalation: false',
    );
  }
  if (own['privileged'] === true) {
    report.fail([...at, 'privileged'], 'the container has all rights on its node', 'remove privileged');
  }
  if (!Array.isArray(drop) || !drop.includes('ALL')) {
    report.fail([...at, 'capabilities', 'drop'], 'the container keeps capabilities', "write drop: ['ALL']");
  }
  if (Array.isArray(add) && add.some((name) => name !== 'NET_BIND_SERVICE')) {
    report.fail(
      [...at, 'capabilities', 'add'],
      `only NET_BIND_SERVICE may be added, got ${add.join(', ')}`,
      'remove the others',
    );
  }
  if (seccomp !== 'RuntimeDefault' && seccomp !== 'Localhost') {
    report.fail(
      [...at, 'seccompProfile'],
      'the container may use every system call',
      'write seccompProfile: {type: RuntimeDefault}',
    );
  }
  listOr(container['ports']).forEach((port, i) => {
    if (isObject(port) && port['hostPort'] !== undefined && port['hostPort'] !== 0) {
      report.fail(
        [...path, 'ports', i, 'hostPort'],
        'it opens a port of the node, past every NetworkPolicy',
        'remove hostPort',
      );
    }
  });
}
