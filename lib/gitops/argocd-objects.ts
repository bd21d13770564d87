import { checkDnsLabel } from '../_names';
import { groupKind, holdsData } from './guard';
import { join, tidy } from './_paths';
import type { Manifest, RenderedUnit } from './rendered';
import type { UnitRole } from './unit';

/** Where the tree lies, and where it goes. */
export interface ArgoCdTarget {
  readonly repository: string;
  readonly revision: string;
  /** Deploy folder without a leading `./`, and the output folder in it. */
  readonly folder: string;
  readonly output: string;
  readonly namespace: string;
  readonly server: string;
  readonly automated: boolean;
}

/** The units of one service and role: what one Application applies. */
export interface ArgoCdApplication {
  /** `state-hub-core`. */
  readonly name: string;
  /** Namespace of the service: one that the project allows, or Argo CD refuses the Application. */
  readonly namespace: string;
  /** AppProject: the service, or the one name for all. */
  readonly project: string;
  readonly role: UnitRole;
  readonly units: readonly RenderedUnit[];
  /** For units with a hand-owned folder, the folder that Argo CD applies in its place. */
  readonly replacements: ReadonlyMap<string, string>;
  /** Units with a hand-owned folder that Argo CD does not apply. */
  readonly leftOut: readonly RenderedUnit[];
}

const ROLES: readonly UnitRole[] = ['core', 'monitoring', 'drills'];

/** One Application for each role that has units, in a fixed order. */
export function applicationsOf(
  units: readonly RenderedUnit[],
  name: string | undefined,
  folders: Readonly<Record<string, string>>,
): readonly ArgoCdApplication[] {
  const projects = new Map<string, RenderedUnit[]>();
  for (const unit of units.toSorted((a, b) => byText(a.name, b.name))) {
    const project = name ?? unit.group;
    const mine = projects.get(project) ?? [];
    mine.push(unit);
    projects.set(project, mine);
  }
  const folderOf = (unit: RenderedUnit): string | undefined => folders[tidy(unit.folder ?? '')];
  return [...projects]
    .toSorted(([a], [b]) => byText(a, b))
    .flatMap(([project, all]) => {
      const namespace = homeOf(all);
      return ROLES.map((role) => ({ role, units: all.filter((unit) => unit.role === role) }))
        .filter((x) => x.units.length > 0)
        .map((x): ArgoCdApplication => {
          const owned = x.units.filter((unit) => unit.folder !== undefined);
          const replaced = owned.flatMap((unit) => {
            const folder = folderOf(unit);
            return folder === undefined ? [] : [[unit.name, folder] as const];
          });
          return {
            ...x,
            name: `${project}-${x.role}`,
            project,
            namespace,
            replacements: new Map(replaced),
            leftOut: owned.filter((unit) => folderOf(unit) === undefined),
          };
        });
    });
}

/** The namespace that the units make or, where they make none, the one that most of their objects are in. */
function homeOf(units: readonly RenderedUnit[]): string {
  const manifests = units.flatMap((unit) => unit.objects.map((object) => object.manifest));
  const made = manifests.filter((manifest) => groupKind(manifest) === '/Namespace').map((x) => x.metadata.name);
  const count = (name: string): number => manifests.filter((x) => x.metadata.namespace === name).length;
  const used = namespacesOf(manifests).toSorted((a, b) => count(b) - count(a));
  return [...made.toSorted(byText), ...used][0] ?? 'default';
}

/** Every namespace that objects are in, or are. */
function namespacesOf(manifests: readonly Manifest[]): readonly string[] {
  const names = manifests.flatMap((manifest) =>
    groupKind(manifest) === '/Namespace' ? [manifest.metadata.name] : (manifest.metadata.namespace ?? []),
  );
  return [...new Set(names)].toSorted(byText);
}

/** The Application object. It applies `argocd/<name>/kustomization.yaml`. */
export function applicationManifest(argo: ArgoCdTarget, application: ArgoCdApplication): Manifest {
  checkDnsLabel('argocd', 'name of an Application', application.name);
  const precious = application.role === 'core' || application.units.some((unit) => unit.objects.some(holdsData));
  const info = application.leftOut.map((unit) => ({
    name: unit.name,
    value: `not applied by Argo CD, which cannot decrypt the folder ${unit.folder}: see ${join(argo.folder, argo.output)}/docs/argocd.md`,
  }));
  return {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'Application',
    metadata: {
      name: application.name,
      namespace: argo.namespace,
      annotations: { 'argocd.argoproj.io/compare-options': 'ServerSideDiff=true' },
      // Without it, deleting the Application leaves all objects where they are.
      ...(precious ? {} : { finalizers: ['resources-finalizer.argocd.argoproj.io'] }),
    },
    spec: {
      project: application.project,
      source: {
        repoURL: argo.repository,
        targetRevision: argo.revision,
        path: join(argo.folder, argo.output, 'argocd', application.name),
      },
      destination: { server: argo.server, namespace: application.namespace },
      ...(info.length > 0 ? { info } : {}),
      syncPolicy: {
        ...(argo.automated ? { automated: { prune: true, selfHeal: true } } : {}),
        retry: { limit: 10, refresh: true, backoff: { duration: '10s', factor: 2, maxDuration: '5m' } },
        syncOptions: [
          'ServerSideApply=true',
          'PruneLast=true',
          'RespectIgnoreDifferences=true',
          'FailOnSharedResource=true',
        ],
      },
    },
  };
}

/** The AppProject: this repository, the namespaces of the units and the cluster-scoped kinds that they hold. */
export function projectManifest(
  argo: ArgoCdTarget,
  name: string,
  applications: readonly ArgoCdApplication[],
): Manifest {
  const manifests = applications.flatMap((x) =>
    x.units.flatMap((unit) => unit.objects.map((object) => object.manifest)),
  );
  const namespaces = [...new Set([...namespacesOf(manifests), ...applications.map((x) => x.namespace)])];
  const clusterScoped = manifests.filter(({ metadata }) => metadata.namespace === undefined).map(groupKind);
  const whitelist = [...new Set(clusterScoped)].toSorted(byText).map((id) => {
    const [group = '', kind = ''] = id.split('/');
    return { group, kind };
  });
  return {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'AppProject',
    metadata: { name, namespace: argo.namespace },
    spec: {
      description: `${name}: what one repository may write, and where`,
      sourceRepos: [argo.repository],
      destinations: namespaces.toSorted(byText).map((namespace) => ({ namespace, server: argo.server })),
      ...(whitelist.length > 0 ? { clusterResourceWhitelist: whitelist } : {}),
    },
  };
}

function byText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
