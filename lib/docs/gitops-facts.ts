import { posix } from 'node:path';
import { Chart } from 'cdk8s';
import type { IConstruct } from 'constructs';
import { pathName } from '../_names';
import { ArgoCd } from '../gitops/argocd';
import { Flux } from '../gitops/flux';
import type { Delivery } from '../gitops/rendered';
import { Unit } from '../gitops/unit';
import type { PostgresCluster } from '../postgres/postgres-cluster';

/** How Flux delivers the service. */
export interface FluxFacts {
  readonly namespace: string;
  /** The Kustomization above, which somebody else owns: it applies `dist/flux`. */
  readonly parent: string;
  /** Secret with the age key. */
  readonly decryptionSecret: string;
  /** The source as `flux reconcile source` takes it. */
  readonly source: { readonly kind: 'git' | 'oci'; readonly name: string; readonly namespace: string };
}

/** How Argo CD delivers the service. */
export interface ArgoCdFacts {
  readonly namespace: string;
  readonly applications: readonly string[];
  /** Folder that Argo CD applies in place of the SOPS files; undefined where a person applies those. */
  readonly secrets: string | undefined;
}

/** How GitOps engines see the service: all that a pause needs. */
export interface GitOpsFacts {
  readonly flux?: FluxFacts;
  readonly argocd?: ArgoCdFacts;
  /** Names of the units in the order in which they are applied. */
  readonly units: readonly string[];
  /** Which unit comes after which: `[later, earlier]`. */
  readonly unitEdges: readonly (readonly [string, string])[];
  /** The database's unit and all that it comes after, in order: what a restore starts with. */
  readonly foundation: readonly { readonly name: string; readonly isSecrets: boolean }[];
  /** Output folder, from the root of the repository: `dist`. */
  readonly dist: string;
  /** Folder of the SOPS files, from the root of the repository: `secrets`. */
  readonly secrets: string;
}

/** What the app's engines make of the units beside the database's own. */
export function gitOpsFacts(database: PostgresCluster): GitOpsFacts {
  const scope = Chart.of(database).node.scope;
  const siblings = (scope?.node.children ?? []).filter((x): x is Unit => Unit.isUnit(x));
  const engines = deliveryOf(database.node.root);
  const flux = engines.find((engine): engine is Flux => engine instanceof Flux);
  const argocd = engines.find((engine): engine is ArgoCd => engine instanceof ArgoCd);
  const group = scope === undefined || scope.node.path === '' ? pathName(Chart.of(database)) : pathName(scope);
  const at = flux ?? argocd;
  const below = (path: string) => (at === undefined || at.folder === '' ? path : `${at.folder}/${path}`);
  const unitEdges = siblings.flatMap((unit) => earlier(unit).map((x) => [unit.unitName, x.unitName] as const));
  const early = before(Chart.of(database));
  const folder = siblings.find((unit) => unit.folder !== undefined)?.folder;
  return {
    ...(flux === undefined ? {} : { flux: ofFlux(flux, group) }),
    ...(argocd === undefined ? {} : { argocd: ofArgoCd(argocd, group, siblings, folder) }),
    units: siblings.map((unit) => unit.unitName),
    unitEdges,
    foundation: siblings
      .filter((unit) => early.has(unit.unitName))
      .map((unit) => ({ name: unit.unitName, isSecrets: unit.folder !== undefined })),
    dist: below(at?.output ?? 'dist'),
    secrets: below(posix.relative('', folder ?? 'secrets')),
  };
}

function ofFlux({ namespace, decryptionSecret, source }: Flux, parent: string): FluxFacts {
  const kind = source.kind === 'GitRepository' ? 'git' : 'oci';
  return {
    namespace,
    parent,
    decryptionSecret,
    source: { kind, name: source.name, namespace: source.namespace ?? namespace },
  };
}

function ofArgoCd(argocd: ArgoCd, group: string, units: readonly Unit[], folder: string | undefined): ArgoCdFacts {
  const { namespace, name, folders } = argocd;
  const roles = (['core', 'monitoring', 'drills'] as const).filter((role) => units.some((unit) => unit.role === role));
  return {
    namespace,
    applications: roles.map((role) => `${name ?? group}-${role}`),
    secrets: folder === undefined ? undefined : folders[posix.relative('', folder)],
  };
}

/** Names of a chart's unit and of all units that it comes after. */
function before(chart: IConstruct, names = new Set<string>()): ReadonlySet<string> {
  if (Unit.isUnit(chart) && !names.has(chart.unitName)) {
    names.add(chart.unitName);
    earlier(chart).forEach((unit) => before(unit, names));
  }
  return names;
}

function earlier(unit: Unit): Unit[] {
  return unit.node.dependencies.filter((x): x is Unit => Unit.isUnit(x));
}

function deliveryOf(root: IConstruct): readonly Delivery[] {
  return (root as IConstruct & { readonly delivery?: readonly Delivery[] }).delivery ?? [];
}
