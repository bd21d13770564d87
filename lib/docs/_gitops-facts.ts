import { Chart } from 'cdk8s';
import type { IConstruct } from 'constructs';
import { pathName } from '../_names';
import { ArgoCd } from '../gitops/argocd';
import { Flux } from '../gitops/flux';
import type { Delivery } from '../gitops/rendered';
import { Unit } from '../gitops/unit';
import type { PostgresCluster } from '../postgres/postgres-cluster';
import type { GitOpsFacts } from './runbook-facts';

/** What the app's engines make of the units beside the database's own. */
export function gitOpsFacts(database: PostgresCluster): GitOpsFacts {
  const siblings = Chart.of(database).node.scope?.node.children ?? [];
  const units = siblings.filter((x): x is Unit => Unit.isUnit(x));
  const engines = deliveryOf(database.node.root);
  const flux = engines.find((engine): engine is Flux => engine instanceof Flux);
  const argocd = engines.find((engine): engine is ArgoCd => engine instanceof ArgoCd);
  const scope = Chart.of(database).node.scope;
  const group = scope === undefined || scope.node.path === '' ? pathName(Chart.of(database)) : pathName(scope);
  const roles = (['core', 'monitoring', 'drills'] as const).filter((role) => units.some((unit) => unit.role === role));
  const at = flux ?? argocd;
  const below = (path: string) => (at === undefined || at.folder === '' ? path : `${at.folder}/${path}`);
  return {
    ...(flux === undefined
      ? {}
      : {
          flux: {
            namespace: flux.namespace,
            parent: group,
            decryptionSecret: flux.decryptionSecret,
            source: flux.source.name,
          },
        }),
    ...(argocd === undefined
      ? {}
      : {
          argocd: {
            namespace: argocd.namespace,
            applications: roles.map((role) => `${argocd.name ?? group}-${role}`),
          },
        }),
    units: units.map((unit) => unit.unitName),
    unitEdges: units.flatMap((unit) =>
      unit.node.dependencies
        .filter((x): x is Unit => Unit.isUnit(x))
        .map((earlier) => [unit.unitName, earlier.unitName] as const),
    ),
    dist: below(at?.output ?? 'dist'),
    secrets: below(units.find((unit) => unit.folder !== undefined)?.folder ?? 'secrets'),
  };
}

function deliveryOf(root: IConstruct): readonly Delivery[] {
  return (root as IConstruct & { readonly delivery?: readonly Delivery[] }).delivery ?? [];
}
