import { parse } from 'yaml';
import type { Manifest, PhoenixApp } from '../../lib';
import { commandWorld, type CommandWorld } from '../../lib/docs/command-world';
import type { PostgresCluster } from '../../lib/postgres/postgres-cluster';

/** The world of an app, with what a platform has and people make beside it. */
export function worldOf(
  app: PhoenixApp,
  databases: readonly PostgresCluster[],
  at: { dist?: string; secrets?: string } = {},
): CommandWorld {
  const files = app.files();
  return commandWorld({
    root: app,
    manifests: app.units().flatMap((unit) => unit.objects.map((object) => object.manifest)),
    delivery: files
      .filter(({ path }) => /^(flux|argocd)\/[A-Z][^/]*\.yaml$/.test(path))
      .map(({ text }) => parse(text) as Manifest),
    files,
    databases,
    ...at,
    declared: [
      { kind: 'Kustomization', name: 'state-hub', namespace: 'flux-system' },
      { kind: 'GitRepository', name: 'flux-system', namespace: 'flux-system' },
      { kind: 'Secret', name: 'sops-age', namespace: 'flux-system' },
      { kind: 'ConfigMap', name: 'argocd-cm', namespace: 'argocd' },
      { kind: 'Namespace', name: 'cert-manager' },
      { kind: 'Namespace', name: 'ops-bridge' },
    ],
    declaredLabels: ['app.kubernetes.io/name=cloudnative-pg'],
  });
}
