import type { ArgoCdFacts, FluxFacts } from '../gitops-facts';
import { sh } from '../runbook';
import type { RunbookWords } from '../runbook-facts';

/** Stops every engine that would undo what the runbook does. */
export function pause(w: RunbookWords, why = ''): string {
  const { flux, argocd, units } = w.facts.gitops;
  if (flux === undefined && argocd === undefined) {
    return 'No GitOps engine delivers this service; nothing has to be paused.';
  }
  const blocks = byEngine(w, {
    flux: (engine) =>
      `The parent first, because it would take the pause off its children again:\n\n${sh(
        `flux suspend kustomization ${engine.parent} --namespace ${engine.namespace}`,
        `flux suspend kustomization ${units.join(' ')} --namespace ${engine.namespace}`,
      )}`,
    argocd: ({ applications }) =>
      `The policy first, then the sync that may be running, because a sync that fails is tried again also without a policy. ` +
      `"No operation is in progress" is a good answer:\n\n${sh(
        ...applications.map((name) => `argocd app set ${name} --sync-policy none`),
        ...applications.map((name) => `argocd app terminate-op ${name}`),
      )}`,
    none: '',
  });
  return `**Pause GitOps.**${why === '' ? '' : ` ${why}`}\n\n${blocks}\n\nThe pause is not in git: write down who paused what and when.`;
}

/** Lets the engines work again. */
export function resume(w: RunbookWords): string {
  const { units, dist } = w.facts.gitops;
  return byEngine(w, {
    flux: ({ namespace, parent }) =>
      sh(
        `flux resume kustomization ${units.join(' ')} --namespace ${namespace}`,
        `flux resume kustomization ${parent} --namespace ${namespace}`,
      ),
    argocd: () => sh(`kubectl apply -k ${dist}/argocd`),
    none: 'Nothing was paused.',
  });
}

/** Applies the database and all that it needs, Secrets included, from what was committed; the rest stays paused. */
export function deliverDatabase(w: RunbookWords): string {
  const { foundation } = w.facts.gitops;
  const names = foundation.map(({ name }) => name);
  return byEngine(w, {
    flux: ({ namespace, source }) =>
      sh(
        `flux reconcile source ${source.kind} ${source.name} --namespace ${source.namespace}`,
        `flux resume kustomization ${names.join(' ')} --namespace ${namespace}`,
      ),
    argocd: (engine) => sh(...applyFoundation(w, engine)),
    none: foundation.length === 0 ? 'Apply the manifests of the database again.' : sh(...applyFoundation(w)),
  });
}

/** Applies the database's unit once more, as it was committed. */
export function deliverAgain(w: RunbookWords): string {
  const { foundation, dist } = w.facts.gitops;
  const unit = foundation.at(-1)?.name;
  return unit === undefined
    ? 'Apply the manifests of the database again.'
    : byEngine(w, {
        flux: ({ namespace }) => sh(`flux reconcile kustomization ${unit} --with-source --namespace ${namespace}`),
        argocd: ({ applications }) => sh(`argocd app sync ${applications[0]}`),
        none: sh(`kubectl apply --server-side --force-conflicts -k ${dist}/manifests/${unit}`),
      });
}

function applyFoundation(w: RunbookWords, argocd?: ArgoCdFacts): string[] {
  const { foundation, dist } = w.facts.gitops;
  const manager = argocd === undefined ? '' : ' --field-manager argocd-controller';
  return foundation.flatMap(({ name, isSecrets }) =>
    isSecrets
      ? secretsByHand(w, argocd)
      : [`kubectl apply --server-side --force-conflicts${manager} -k ${dist}/manifests/${name}`],
  );
}

/** Brings a change of the SOPS files into the cluster; `first` comes before sops where a person runs it. */
export function deliverSecrets(w: RunbookWords, ...first: readonly string[]): string {
  const { foundation } = w.facts.gitops;
  const unit = foundation.find(({ isSecrets }) => isSecrets)?.name;
  return byEngine(w, {
    flux: (engine) =>
      unit === undefined
        ? sh(...first, ...secretsByHand(w))
        : sh(`flux reconcile kustomization ${unit} --with-source --namespace ${engine.namespace}`),
    argocd: ({ applications, secrets }) =>
      secrets === undefined ? sh(...first, ...secretsByHand(w)) : sh(`argocd app sync ${applications[0]}`),
    none: sh(...first, ...secretsByHand(w)),
  });
}

/** Where Argo CD makes the Secrets from another folder, they only have to be there. */
function secretsByHand(w: RunbookWords, argocd?: ArgoCdFacts): string[] {
  const { secrets } = w.facts.gitops;
  const { credentials, objectStore } = w.facts.database;
  return argocd?.secrets === undefined
    ? [
        `for file in ${secrets}/*.sops.yaml; do sops decrypt "$file" | kubectl apply --server-side --force-conflicts -f -; done`,
      ]
    : [`${w.k} get secrets ${credentials.name} ${objectStore.credentials.name}`];
}

/** What each engine needs; named where both are declared, because only one of them delivers at a time. */
interface EngineParts {
  readonly flux: (engine: FluxFacts) => string;
  readonly argocd: (engine: ArgoCdFacts) => string;
  /** Where no engine is declared. */
  readonly none: string;
}

export function byEngine({ facts: { gitops } }: RunbookWords, parts: EngineParts): string {
  const { flux, argocd } = gitops;
  if (flux !== undefined && argocd !== undefined) {
    return `Where Flux delivers this service:\n\n${parts.flux(flux)}\n\nWhere Argo CD delivers it:\n\n${parts.argocd(argocd)}`;
  }
  return flux !== undefined ? parts.flux(flux) : argocd !== undefined ? parts.argocd(argocd) : parts.none;
}

/** How to tell which of two engines delivers; nothing where there are not two. */
export function whichEngine({ facts: { gitops } }: RunbookWords): string {
  const { flux, argocd } = gitops;
  return flux === undefined || argocd === undefined
    ? ''
    : `Pages say what to do where Flux delivers and what where Argo CD does. One of them delivers, never both: the one that
answers here with something that is not suspended.

${sh(
  `kubectl --namespace ${flux.namespace} get kustomizations.kustomize.toolkit.fluxcd.io ${flux.parent}`,
  `kubectl --namespace ${argocd.namespace} get applications.argoproj.io ${argocd.applications[0]}`,
)}
`;
}
