import { checkDnsLabel } from '../_names';
import { holdsData } from './_guard';
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
  const applications = new Map<string, RenderedUnit[]>();
  const projects = [...new Set(units.map((unit) => name ?? unit.group))].toSorted(byText);
  projects.forEach((project) => ROLES.forEach((role) => applications.set(`${project}-${role}`, [])));
  units.forEach((unit) => applications.get(`${name ?? unit.group}-${unit.role}`)?.push(unit));
  return projects
    .flatMap((project) => ROLES.map((role) => ({ name: `${project}-${role}`, project, role })))
    .map((x) => ({ ...x, units: (applications.get(x.name) ?? []).toSorted((a, b) => byText(a.name, b.name)) }))
    .filter((x) => x.units.length > 0)
    .map((x) => {
      const owned = x.units.filter((unit) => unit.folder !== undefined);
      const folderOf = (unit: RenderedUnit): string | undefined => folders[tidy(unit.folder ?? '')];
      return {
        ...x,
        replacements: new Map(owned.map((unit) => [unit.name, folderOf(unit) ?? ''] as const).filter(([, to]) => to)),
        leftOut: owned.filter((unit) => folderOf(unit) === undefined),
      };
    });
}

/** The Application object. It applies `argocd/<name>/kustomization.yaml`. */
export function applicationManifest(argo: ArgoCdTarget, application: ArgoCdApplication): Manifest {
  checkDnsLabel('argocd', 'name of an Application', application.name);
  const precious = application.role === 'core' || application.units.some((unit) => unit.objects.some(holdsData));
  const info = application.leftOut.map((unit) => ({
    name: unit.name,
    value: `not applied by Argo CD, which cannot decrypt the folder ${unit.folder}: see ${argo.output}/docs/argocd.md`,
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
      destination: { server: argo.server },
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
  const namespaces = new Set<string>();
  const clusterScoped = new Map<string, { group: string; kind: string }>();
  for (const { apiVersion, kind, metadata } of manifests) {
    if (metadata.namespace === undefined) {
      const group = apiVersion.includes('/') ? (apiVersion.split('/')[0] ?? '') : '';
      clusterScoped.set(`${group}/${kind}`, { group, kind });
    } else {
      namespaces.add(metadata.namespace);
    }
    if (apiVersion === 'v1' && kind === 'Namespace') {
      namespaces.add(metadata.name);
    }
  }
  const whitelist = [...clusterScoped.keys()].toSorted(byText).map((key) => clusterScoped.get(key));
  return {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'AppProject',
    metadata: { name, namespace: argo.namespace },
    spec: {
      description: `${name}: what one repository may write, and where`,
      sourceRepos: [argo.repository],
      destinations: [...namespaces].toSorted(byText).map((namespace) => ({ namespace, server: argo.server })),
      ...(whitelist.length > 0 ? { clusterResourceWhitelist: whitelist } : {}),
    },
  };
}

function byText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
