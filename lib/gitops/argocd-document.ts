import { CLUSTER_HEALTH_KEY, CLUSTER_HEALTH_LUA } from './argocd-health';
import { join } from './_paths';
import { groupKind } from './guard';
import type { ArgoCdApplication, ArgoCdTarget } from './argocd-objects';

/** `docs/argocd.md`: how this very tree gets into Argo CD, step by step, for all services in it. */
export function argoCdDocument(
  argo: ArgoCdTarget,
  applications: readonly ArgoCdApplication[],
  hasCluster: boolean,
): string {
  const dist = join(argo.folder, argo.output);
  const sections = [
    intro(argo, applications),
    ...(hasCluster ? [health(argo, dist)] : []),
    ...(applications.some((application) => application.leftOut.length > 0) ? [secrets(argo, dist, applications)] : []),
    install(argo, dist, applications),
    deletions(applications),
  ];
  return sections.join('\n');
}

function intro(argo: ArgoCdTarget, applications: readonly ArgoCdApplication[]): string {
  const rows = applications.map((x) => `| \`${x.name}\` | ${x.units.map((unit) => `\`${unit.name}\``).join(', ')} |`);
  const remote = argo.server !== 'https://kubernetes.default.svc';
  return `# Argo CD

All commands start at the root of the repository. Do the steps in this order; each can be repeated without harm.
${
  remote
    ? `
Argo CD runs in one cluster and the service in another, ${argo.server}: commands with
\`--namespace ${argo.namespace}\` and the project and the Applications are for the first, the Secrets for the second.
`
    : ''
}
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

function secrets(argo: ArgoCdTarget, dist: string, applications: readonly ArgoCdApplication[]): string {
  const folders = applications.flatMap((x) => x.leftOut.map((unit) => unit.folder ?? ''));
  const projects = new Set(applications.filter((x) => x.leftOut.length > 0).map((x) => x.project));
  const bases = applications
    .filter((application) => projects.has(application.project))
    .flatMap((application) => application.units)
    .filter((unit) => unit.objects.some(({ manifest }) => groupKind(manifest) === '/Namespace'));
  const namespaces = bases.map(
    (unit) => `kubectl apply --server-side --field-manager argocd-controller -k ${join(dist, 'manifests', unit.name)}`,
  );
  const loops = folders.map(
    (folder) =>
      `for file in ${join(argo.folder, folder)}/*.sops.yaml; do sops decrypt "$file" | kubectl apply --server-side --force-conflicts -f -; done`,
  );
  const [one, each] =
    folders.length === 1 ? ['folder', 'it'] : ['folders', 'each of them to the cluster that it is for'];
  return `## Apply the Secrets

Argo CD cannot decrypt SOPS files, so no Application holds the ${one} ${folders.map((x) => `\`${x}\``).join(', ')}.
Somebody who has the age key applies ${each}, before the first sync and after each change of a Secret.
sops finds the private key in \`~/.config/sops/age/keys.txt\`, or in the file that \`SOPS_AGE_KEY_FILE\` names. Nothing
decrypted is written to disk.
${
  namespaces.length === 0
    ? ''
    : `
Before the first sync, so that the Secrets have a namespace to go to:

\`\`\`sh
${namespaces.join('\n')}
\`\`\`

Then, and after each change:
`
}
\`\`\`sh
${loops.join('\n')}
\`\`\`

A Secret that leaves git stays in the cluster until somebody deletes it there.

To have that done in the cluster instead, keep the same Secrets as SopsSecret objects, ExternalSecrets or a KSOPS
generator in a second folder and name it in \`folders\` of \`ArgoCd\`. They are deleted only on a person's word.
`;
}

function install(argo: ArgoCdTarget, dist: string, applications: readonly ArgoCdApplication[]): string {
  return `## Add the project and the Applications

Argo CD must be able to read ${argo.repository}: give it the credentials first where that is private.

\`\`\`sh
kubectl apply -k ${join(dist, 'argocd')}
kubectl --namespace ${argo.namespace} get applications
\`\`\`

Wait until each is Synced and Healthy; a new database takes some minutes. Argo CD tries one commit for about half an
hour. Then it leaves that commit alone, also when the cause of the failure is gone, until somebody says:

\`\`\`sh
${applications.map((application) => `argocd app sync ${application.name}`).join('\n')}
\`\`\`
`;
}

function deletions(applications: readonly ArgoCdApplication[]): string {
  const core = applications.filter((application) => application.role === 'core').map((application) => application.name);
  const names = core.length > 0 ? core : applications.map((application) => application.name);
  return `## Deletions

A deletion of anything that holds data waits until somebody confirms it: in the user interface, or with
${names.map((name) => `\`argocd app confirm-deletion ${name}\``).join(', ')}. If you do not know why Argo CD asks, do not
confirm; look at the commit first.

\`kubectl delete application\` on ${names.map((name) => `\`${name}\``).join(', ')} leaves the service running;
\`argocd app delete\` does so only with \`--cascade=false\`.
`;
}

function indent(text: string): string {
  return text.trimEnd().replace(/^(?=.)/gm, '  ');
}
