import type { PolicyRule } from '../rule';
import { cluster, example, object } from './_examples';
import { enginesOf } from './_engines';

const FLUX = 'kustomize.toolkit.fluxcd.io/prune';
const ARGO = 'argocd.argoproj.io/sync-options';
const kustomization = object('kustomize.toolkit.fluxcd.io/v1', 'Kustomization', 'shop', {
  spec: { interval: '30m', prune: true, path: './x', sourceRef: { kind: 'GitRepository', name: 'flux-system' } },
});

/** No engine deletes what holds data because it left git. */
export const dataProtected: PolicyRule = {
  name: 'data-protected',
  family: 'gitops',
  severity: 'error',
  kinds: [
    'postgresql.cnpg.io/v1/Cluster',
    'barmancloud.cnpg.io/v1/ObjectStore',
    'v1/PersistentVolumeClaim',
    'v1/Namespace',
  ],
  summary: 'what holds data is never pruned by the engine that applies it',
  why: 'A renamed folder is enough: the engine sees that the Cluster left git and deletes it, and its volumes with it (devantler-tech/platform#2159).',
  remediation: `write the annotations ${FLUX}: disabled and ${ARGO}: Prune=confirm,Delete=confirm`,
  example: () =>
    example(
      [cluster({}, 'db'), kustomization].map((one, i) =>
        i === 0 ? { ...one, metadata: { name: 'db', namespace: 'shop', annotations: { [FLUX]: 'disabled' } } } : one,
      ),
      `metadata.annotations['${FLUX}']`,
    ),
  check(resource, world, report) {
    const engines = enginesOf(world);
    const lost =
      resource.kind === 'ObjectStore' ? 'and nothing is archived or restored until it is back' : 'and the data with it';
    if (engines.includes('flux') && resource.annotations[FLUX] !== 'disabled') {
      report.fail(
        ['metadata', 'annotations', FLUX],
        `Flux deletes it as soon as it leaves git, ${lost}`,
        `write '${FLUX}: disabled'`,
      );
    }
    const options = (resource.annotations[ARGO] ?? '').split(',').map((option) => option.trim());
    for (const option of ['Prune', 'Delete']) {
      if (
        engines.includes('argocd') &&
        !options.includes(`${option}=confirm`) &&
        !options.includes(`${option}=false`)
      ) {
        report.fail(
          ['metadata', 'annotations', ARGO],
          `Argo CD may delete it, ${lost}: ${option}=confirm is missing`,
          `write '${ARGO}: Prune=confirm,Delete=confirm'`,
        );
      }
    }
  },
};
