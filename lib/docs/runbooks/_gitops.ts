import { sh } from '../runbook';
import type { RunbookWords } from '../runbook-facts';

/** Stops every engine that would undo what the runbook does. */
export function pause({ facts: { gitops } }: RunbookWords, why = ''): string {
  const { flux, argocd, units } = gitops;
  const blocks = [
    ...(flux === undefined
      ? []
      : [
          `Flux, the parent first, because it would take the pause off its children again:`,
          sh(
            `flux suspend kustomization ${flux.parent} --namespace ${flux.namespace}`,
            `flux suspend kustomization ${units.join(' ')} --namespace ${flux.namespace}`,
          ),
        ]),
    ...(argocd === undefined
      ? []
      : [
          `${flux === undefined ? 'Argo CD' : 'Argo CD, where it delivers this service'}:`,
          sh(...argocd.applications.map((name) => `argocd app set ${name} --sync-policy none`)),
        ]),
  ];
  return blocks.length === 0
    ? 'No GitOps engine delivers this service; nothing has to be paused.'
    : `**Pause GitOps.**${why === '' ? '' : ` ${why}`}\n\n${blocks.join('\n\n')}\n\nThe pause is not in git: write down who paused what and when.`;
}

/** Lets the engines work again. */
export function resume({ facts: { gitops } }: RunbookWords): string {
  const { flux, argocd, units, dist } = gitops;
  const lines = [
    ...(flux === undefined
      ? []
      : [
          `flux resume kustomization ${units.join(' ')} --namespace ${flux.namespace}`,
          `flux resume kustomization ${flux.parent} --namespace ${flux.namespace}`,
        ]),
    ...(argocd === undefined ? [] : [`kubectl apply -k ${dist}/argocd`]),
  ];
  return lines.length === 0 ? 'Nothing was paused.' : sh(...lines);
}

/** Lets the engines apply these units only; the others stay paused. */
export function deliver(words: RunbookWords, names: readonly string[]): string {
  const { flux, dist, units } = words.facts.gitops;
  const mine = units.filter((unit) => names.some((name) => unit.endsWith(`-${name}`)));
  return flux === undefined
    ? sh(
        ...mine
          .filter((unit) => !unit.endsWith('-secrets'))
          .map((unit) => `kubectl apply --server-side --force-conflicts -k ${dist}/manifests/${unit}`),
      )
    : sh(
        `flux reconcile source git ${flux.source} --namespace ${flux.namespace}`,
        `flux resume kustomization ${mine.join(' ')} --namespace ${flux.namespace}`,
      );
}

/** Brings a change of the SOPS files into the cluster. */
export function deliverSecrets(words: RunbookWords): string {
  const { flux, secrets } = words.facts.gitops;
  const unit = words.facts.gitops.units.find((name) => name.endsWith('-secrets'));
  return flux === undefined || unit === undefined
    ? sh(`for file in ${secrets}/*.sops.yaml; do sops decrypt "$file" | kubectl apply --server-side -f -; done`)
    : sh(`flux reconcile kustomization ${unit} --with-source --namespace ${flux.namespace}`);
}
