import { checkDnsLabel } from '../_names';
import { refuse } from '../_refuse';
import { annotate } from './_annotate';
import { checkManifests } from './_check-manifests';
import { groupKind, holdsData, refuseRecreation } from './guard';
import { kustomizationYaml } from './_kustomization';
import { deployFolder, tidy } from './_paths';
import {
  type ArgoCdApplication,
  type ArgoCdTarget,
  applicationManifest,
  applicationsOf,
  projectManifest,
} from './argocd-objects';
import { argoCdDocument } from './argocd-document';
import { CLUSTER_HEALTH_KEY, CLUSTER_HEALTH_LUA } from './argocd-health';
import { graphOf } from './graph';
import type { ExternalObject } from '../policy/platform-facts';
import type { Delivery, OutputFile, RenderedObject, RenderedUnit } from './rendered';
import { manifestYaml } from './yaml';

/** Distance between two tiers, so that a person can put a step between them by hand. */
const STRIDE = 4;
const WAVE = 'argocd.argoproj.io/sync-wave';
const OPTIONS = 'argocd.argoproj.io/sync-options';

/** Properties for `ArgoCd`. */
export interface ArgoCdProps {
  /** URL of the repository, as Argo CD knows it. */
  readonly repository: string;

  /**
   * Folder inside the repository that holds the output folder and the secrets folder: `./deploy`, or `.` where they
   * lie at the root.
   */
  readonly path: string;

  /**
   * Name of the output folder in `path`.
   * @default 'dist'
   */
  readonly output?: string;

  /**
   * Branch, tag or commit that Argo CD follows.
   * @default 'HEAD'
   */
  readonly revision?: string;

  /**
   * Namespace that Argo CD runs in.
   * @default 'argocd'
   */
  readonly namespace?: string;

  /**
   * API server of the cluster that the service runs on, as Argo CD knows it.
   * @default 'https://kubernetes.default.svc'
   */
  readonly server?: string;

  /**
   * Name of one set of Applications over all units. Needed where a unit of one service depends on a unit of another:
   * Argo CD has no order between Applications.
   * @default - one set a service, named after it
   */
  readonly name?: string;

  /**
   * For each hand-owned folder of SOPS files, the folder that Argo CD applies in its place, relative to `path`:
   * `{ secrets: 'secrets-argocd' }`. It must build with kustomize as your Argo CD runs it: SopsSecret objects of the
   * sops-secrets-operator, ExternalSecrets, or a KSOPS generator.
   * @default - none: Argo CD cannot decrypt SOPS, so a person applies the Secrets, and each Application says so
   */
  readonly folders?: Readonly<Record<string, string>>;

  /**
   * Whether Argo CD applies changes and repairs drift by itself. If not, a person starts each sync.
   * @default true
   */
  readonly automated?: boolean;
}

/**
 * Delivers units with Argo CD: an AppProject and up to three Applications a service in `argocd/`, for the core, for
 * monitoring and for drills, so that a failed drill or a missing Prometheus never holds up the service.
 *
 * Within the core, sync waves follow the longest path of the dependencies. Nothing orders what somebody else owns, such
 * as the operator: it has to be there first. Until it is, the sync fails and is tried again, for about half an hour.
 */
export class ArgoCd implements Delivery, ArgoCdTarget {
  public readonly engine = 'argocd';
  public readonly repository: string;
  public readonly output: string;
  public readonly revision: string;
  public readonly namespace: string;
  public readonly server: string;
  public readonly name: string | undefined;
  public readonly folders: Readonly<Record<string, string>>;
  public readonly automated: boolean;
  /** The deploy folder without a leading `./`, empty at the repository's root. */
  public readonly folder: string;

  /** @throws if a path leaves the repository or points at the output folder, or a name, URL or revision is none */
  public constructor(props: ArgoCdProps) {
    this.repository = props.repository;
    this.output = props.output ?? 'dist';
    this.revision = props.revision ?? 'HEAD';
    this.namespace = props.namespace ?? 'argocd';
    this.server = props.server ?? 'https://kubernetes.default.svc';
    this.name = props.name;
    this.automated = props.automated ?? true;
    this.folder = deployFolder('argocd', props.path, this.output);
    this.folders = Object.fromEntries(
      Object.entries(props.folders ?? {}).map(([from, to]) => [
        deployFolder('argocd folders', from, this.output),
        deployFolder('argocd folders', to, this.output),
      ]),
    );
    checkDnsLabel('argocd', 'namespace', this.namespace);
    if (!/^(https?|ssh|oci):\/\/\S+$|^[\w.-]+@[\w.-]+:\S+$/.test(this.repository)) {
      refuse('argocd', `'repository' must be the URL of a repository, got '${this.repository}'`);
    }
    if (!/^https?:\/\/[^\s/]+\S*$/.test(this.server)) {
      refuse('argocd', `'server' must be the URL of an API server, as Argo CD knows it, got '${this.server}'`);
    }
    if (!/^\S(.*\S)?$/.test(this.revision)) {
      refuse('argocd', `'revision' must be a branch, a tag or a commit, got '${this.revision}'`);
    }
    if (this.name !== undefined) {
      checkDnsLabel('argocd', 'name', this.name);
    }
  }

  public get external(): readonly ExternalObject[] {
    return [{ kind: 'Namespace', name: this.namespace }];
  }

  /**
   * Puts a sync wave on every object, and asks before anything that holds data is deleted.
   * @throws if an object already has a sync wave, a unit depends on one of another service, or what holds data is marked
   * to be deleted and made anew, or to be pruned without a word
   */
  public decorate(units: readonly RenderedUnit[]): readonly RenderedUnit[] {
    const waves = this.waves(units);
    return annotate(units, (object, unit) => {
      refuseRecreation(object);
      const given = object.manifest.metadata.annotations?.[WAVE];
      if (given !== undefined) {
        refuse(
          object.constructPath,
          `it has the sync wave '${given}', but order comes from the units alone; use addDependency between charts`,
        );
      }
      const options = syncOptions(object);
      return { [WAVE]: `${waves.get(unit.name) ?? 0}`, ...(options === '' ? {} : { [OPTIONS]: options }) };
    });
  }

  /**
   * @throws if the units cannot be ordered, `folders` names a folder that no unit has, or the API server would refuse an
   * object
   */
  public files(units: readonly RenderedUnit[]): readonly OutputFile[] {
    this.checkFoldersKnown(units);
    const waves = this.waves(units);
    const applications = applicationsOf(units, this.name, this.folders);
    const manifests = [...new Set(applications.map((application) => application.project))].flatMap((project) => {
      const mine = applications.filter((application) => application.project === project);
      return [
        projectManifest(this, project, mine),
        ...mine.map((application) => applicationManifest(this, application)),
      ];
    });
    checkManifests('argocd', manifests);
    const names = manifests.map((manifest) => `${manifest.kind}.${manifest.metadata.name}.yaml`);
    return [
      { path: 'argocd/kustomization.yaml', text: kustomizationYaml(names) },
      ...manifests.map((manifest, i) => ({ path: `argocd/${names[i]}`, text: manifestYaml(manifest) })),
      ...applications.flatMap((application) => this.kustomizations(application, waves)),
      ...this.documents(units, applications),
    ];
  }

  /** The wave of each unit: longest path inside its Application. */
  private waves(units: readonly RenderedUnit[]): ReadonlyMap<string, number> {
    graphOf(units);
    const applications = applicationsOf(units, this.name, this.folders);
    const homeOf = new Map(applications.flatMap((x) => x.units.map((unit) => [unit.name, x] as const)));
    for (const unit of units) {
      const stranger = unit.dependsOn.find((name) => homeOf.get(name)?.project !== homeOf.get(unit.name)?.project);
      if (unit.role === 'core' && stranger !== undefined) {
        refuse(
          `unit '${unit.name}'`,
          `it depends on '${stranger}' of '${homeOf.get(stranger)?.project}', which is another Application, and Argo CD ` +
            `has no order between Applications; set 'name' of ArgoCd to have one set of Applications over all units`,
        );
      }
    }
    return new Map(
      applications.flatMap((application) => {
        const inside = new Set(application.units.map((unit) => unit.name));
        const graph = graphOf(
          application.units.map(({ dependsOn, ...unit }) => ({
            ...unit,
            dependsOn: dependsOn.filter((dependency) => inside.has(dependency)),
          })),
        );
        return application.units.map((unit) => [unit.name, graph.tierOf(unit.name) * STRIDE] as const);
      }),
    );
  }

  private checkFoldersKnown(units: readonly RenderedUnit[]): void {
    const folders = units.flatMap((unit) => (unit.folder === undefined ? [] : [tidy(unit.folder)]));
    const unknown = Object.keys(this.folders).find((folder) => !folders.includes(folder));
    if (unknown !== undefined) {
      refuse('argocd', `'folders' names '${unknown}', but the units' folders are: ${folders.join(', ') || 'none'}`);
    }
  }

  /** What one Application applies, and what it leaves out. */
  private kustomizations(application: ArgoCdApplication, waves: ReadonlyMap<string, number>): readonly OutputFile[] {
    const home = `argocd/${application.name}`;
    const generated = application.units.filter((unit) => unit.folder === undefined);
    const replacements = [...application.replacements];
    const resources = [
      ...generated.map((unit) => `../../manifests/${unit.name}`),
      ...replacements.map(([unit]) => `./${unit}`),
    ];
    const note = application.leftOut.map(
      (unit) =>
        `# Not here: ${unit.name}, the folder '${unit.folder}'. Argo CD cannot decrypt SOPS; docs/argocd.md says how\n` +
        `# its Secrets reach the cluster.\n`,
    );
    return [
      { path: `${home}/kustomization.yaml`, text: note.join('') + kustomizationYaml(resources) },
      ...replacements.map(([unit, folder]) => ({
        path: `${home}/${unit}/kustomization.yaml`,
        text: kustomizationYaml([`../../../../${folder}`], {
          commonAnnotations: {
            // A line that is lost there must not take the credentials out of the cluster.
            [OPTIONS]: 'Prune=confirm,Delete=confirm,SkipDryRunOnMissingResource=true',
            [WAVE]: `${waves.get(unit) ?? 0}`,
          },
        }),
      })),
    ];
  }

  private documents(units: readonly RenderedUnit[], applications: readonly ArgoCdApplication[]): readonly OutputFile[] {
    const hasCluster = units.some((unit) =>
      unit.objects.some((object) => groupKind(object.manifest) === 'postgresql.cnpg.io/Cluster'),
    );
    const patch = `${JSON.stringify({ data: { [CLUSTER_HEALTH_KEY]: CLUSTER_HEALTH_LUA } }, null, 2)}\n`;
    return [
      { path: 'docs/argocd.md', text: argoCdDocument(this, applications, hasCluster) },
      ...(hasCluster ? [{ path: 'docs/argocd-cm.json', text: patch }] : []),
    ];
  }
}

/** API groups of Kubernetes itself; the CRDs of all others come from elsewhere and may be missing at first. */
const BUILT_IN = /^$|^(apps|autoscaling|batch|policy)$|^(?!snapshot\.|gateway\.).*\.k8s\.io$/;

/** Sync options of one object: ours, and what its author wrote, who wins where both name an option. */
function syncOptions(object: RenderedObject): string {
  const { manifest } = object;
  const group = groupKind(manifest).split('/')[0] ?? '';
  const options = new Map<string, string>([
    ...(holdsData(object) ? [['Prune', 'confirm'] as const, ['Delete', 'confirm'] as const] : []),
    ...(BUILT_IN.test(group) ? [] : [['SkipDryRunOnMissingResource', 'true'] as const]),
  ]);
  for (const option of (manifest.metadata.annotations?.[OPTIONS] ?? '').split(',').filter((text) => text !== '')) {
    const [name, value = ''] = option.trim().split('=');
    options.set(name ?? '', value);
  }
  for (const name of holdsData(object) ? ['Prune', 'Delete'] : []) {
    if (!['confirm', 'false'].includes(options.get(name) ?? '')) {
      refuse(
        object.constructPath,
        `it holds data, so '${OPTIONS}' may say ${name}=confirm or ${name}=false, got ${name}=${options.get(name)}`,
      );
    }
  }
  return [...options].map(([name, value]) => `${name}=${value}`).join(',');
}
