import { objectOr } from '../resource';
import { WORKLOADS } from '../_pods';
import { listOr } from '../resource';
import type { PolicyRule } from '../rule';
import { container, deployment, example } from './_examples';

const SENSITIVE = /(PASSWORD|PASSWD|SECRET|TOKEN|API_?KEY|PRIVATE_KEY|ACCESS_KEY|SECRET_KEY)$/i;

/** No secret value is in git. */
export const plaintextSecret: PolicyRule = {
  name: 'plaintext-secret',
  family: 'security',
  severity: 'error',
  kinds: ['v1/Secret', ...WORKLOADS],
  summary: 'no Secret with clear values, and no password written into an environment variable',
  why: 'What was in git once is known for ever; taking it out does not help, it has to be changed everywhere (fluxcd.io, Manage Kubernetes secrets with SOPS).',
  remediation: 'encrypt it with sops, and change the value: it is known now',
  example: () =>
    example(
      [deployment({ containers: [container({ env: [{ name: 'PGUSER', value: 'shop' }] })] })],
      'spec.template.spec.containers[0].env[0].name',
      'PGPASSWORD',
    ),
  check(resource, world, report) {
    if (resource.kind === 'Secret') {
      for (const field of ['data', 'stringData']) {
        const clear = Object.entries(objectOr(resource.manifest[field])).find(
          ([, value]) => String(value ?? '') !== '' && !String(value).startsWith('ENC['),
        );
        if (clear !== undefined) {
          report.fail([field, clear[0]], 'its value can be read by everybody who can read this file');
        }
      }
      return;
    }
    const pods = world.pods(resource);
    for (const { container: one, path } of pods?.containers ?? []) {
      listOr(one['env']).forEach((env, i) => {
        if (SENSITIVE.test(String(env['name'])) && isClear(env['value'])) {
          report.fail(
            [...path, 'env', i, 'value'],
            `'${env['name']}' holds its value in clear`,
            'take it from a Secret with valueFrom.secretKeyRef',
          );
        }
      });
    }
  },
};

/** A text of its own, and no more than the name of another variable. */
function isClear(value: unknown): boolean {
  return typeof value === 'string' && value !== '' && !/^\$\([^)]*\)$/.test(value);
}
