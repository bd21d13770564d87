import { CLUSTER_HEALTH_KEY, CLUSTER_HEALTH_LUA } from './argocd-health';
import { join } from './_paths';
import type { ArgoCdApplication, ArgoCdTarget } from './argocd-objects';

/** `docs/argocd.md`: how this very tree gets into Argo CD, step by step. */
export function argoCdDocument(
  argo: ArgoCdTarget,
  applications: readonly ArgoCdApplication[],
  hasCluster: boolean,
): string {
  const dist = join(argo.folder, argo.output);
  const left = applications.flatMap((application) => application.leftOut);
  const sections = [
    intro(applications),
    ...(hasCluster ? [health(argo, dist)] : []),
    ...(left.length > 0 ? [secrets(argo, dist, applications, left[0]?.folder ?? '')] : []),
    install(argo, dist, applications),
  ];
  return sections.join('\n');
}

function intro(applications: readonly ArgoCdApplication[]): string {
  const rows = applications.map((x) => `| \`${x.name}\` | ${x.units.map((unit) => `\`${unit.name}\``).join(', ')} |`);
  return `# Argo CD

All commands start at the root of the repository. Do the steps in this order; each can be repeated without harm.

| Application | units, each a sync wave or part of one |
| --- | --- |
${rows.join('\n')}

Argo CD has no order between Applications. Monitoring and drills fail and try again until the core is there, and the
core fails and tries again until the operator and its CRDs are: install those first.
`;
}

function health(argo: ArgoCdTarget, dist: string): string {
  return `## Tell Argo CD what a healthy database is

Once for each Argo CD. Its built-in table calls a failover Degraded, which fails a sync that has waves and alerts at
every drill; it calls an unrecoverable cluster Suspended, which alerts nobody.

\`\`\`sh
kubectl --namespace ${argo.namespace} patch configmap argocd-cm --type merge --patch-file ${join(dist, 'docs/argocd-cm.json')}
\`\`\`

Where \`argocd-cm\` is itself in git, put this there instead, under \`data\`:

\`\`\`yaml
${CLUSTER_HEALTH_KEY}: |
${indent(CLUSTER_HEALTH_LUA)}
\`\`\`
`;
}

function secrets(argo: ArgoCdTarget, dist: string, applications: readonly ArgoCdApplication[], folder: string): string {
  const namespaceUnits = applications
    .flatMap((application) => application.units)
    .filter((unit) =>
      unit.objects.some(({ manifest }) => manifest.apiVersion === 'v1' && manifest.kind === 'Namespace'),
    );
  const namespaces = namespaceUnits.map(
    (unit) => `kubectl apply --server-side --field-manager argocd-controller -k ${join(dist, 'manifests', unit.name)}`,
  );
  return `## Apply the Secrets

Argo CD cannot decrypt SOPS files, so no Application holds the folder \`${folder}\`. Somebody who has the age key applies
it, before the first sync and after each change of a Secret. Nothing decrypted is written to disk.

\`\`\`sh
${namespaces.join('\n')}
for file in ${join(argo.folder, folder)}/*.sops.yaml; do sops decrypt "$file" | kubectl apply --server-side -f -; done
\`\`\`

To have that done in the cluster instead, keep the same Secrets as SopsSecret objects, ExternalSecrets or a KSOPS
generator in a second folder and name it in \`folders\` of \`ArgoCd\`.
`;
}

function install(argo: ArgoCdTarget, dist: string, applications: readonly ArgoCdApplication[]): string {
  const core = applications.find((application) => application.role === 'core') ?? applications[0];
  return `## Add the project and the Applications

\`\`\`sh
kubectl apply -k ${join(dist, 'argocd')}
kubectl --namespace ${argo.namespace} get applications
\`\`\`

A deletion of anything that holds data waits until somebody confirms it: in the user interface, or with
\`argocd app confirm-deletion ${core?.name ?? ''}\`. If you do not know why Argo CD asks, do not confirm; look at the
commit first.

\`kubectl delete application\` on \`${core?.name ?? ''}\` leaves the service running; \`argocd app delete\` does so only with
\`--cascade=false\`.
`;
}

function indent(text: string): string {
  return text.trimEnd().replace(/^(?=.)/gm, '  ');
}
