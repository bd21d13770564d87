import { Duration } from 'cdk8s';
import { checkDnsLabel, checkDnsName } from '../_names';
import { refuse } from '../_refuse';
import { annotate } from './_annotate';
import { checkManifests } from './_check-manifests';
import { atLeast, goDuration } from './_duration';
import { carriesScripts, groupKind, holdsData, refuseRecreation } from './guard';
import { kustomizationYaml } from './_kustomization';
import { deployFolder, join } from './_paths';
import { type DatabaseGate, clusterHealth, cronJobHealth } from './flux-health';
import {
  type FluxAlerts,
  type FluxSource,
  alertManifests,
  checkAlerts,
  checkSource,
  sourceManifest,
} from './flux-objects';
import { type UnitGraph, graphOf } from './graph';
import type { ExternalObject } from '../policy/platform-facts';
import type { Delivery, Manifest, OutputFile, RenderedUnit } from './rendered';
import { manifestYaml } from './yaml';

/** A Flux Kustomization that somebody else owns. */
export interface FluxExternal {
  /**
   * Name of the Kustomization.
   * @default - the name that the units use
   */
  readonly name?: string;

  /**
   * Namespace of the Kustomization.
   * @default - the namespace of our own Kustomizations
   */
  readonly namespace?: string;
}

/** Properties for `Flux`. */
export interface FluxProps {
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
   * Where Flux gets the repository from.
   * @default - the GitRepository 'flux-system' that `flux bootstrap` makes
   */
  readonly source?: FluxSource;

  /**
   * Namespace of the Kustomizations.
   * @default 'flux-system'
   */
  readonly namespace?: string;

  /**
   * The Flux Kustomizations behind the names in `dependsOnExternal`, such as the operator's.
   * @default - none: a unit that names one is refused
   */
  readonly external?: Readonly<Record<string, FluxExternal>>;

  /**
   * When a database counts as ready. `ready` is CloudNativePG's own word, which also drops during a rolling update of
   * a healthy database; `serving` asks for a primary and one ready instance, so that such an update does not hold up
   * the units behind it, at the price of trusting a status that may be from before the change.
   * @default 'ready'
   */
  readonly databaseGate?: DatabaseGate;

  /**
   * How often Flux looks for drift and repairs it. At least one minute.
   * @default Duration.minutes(30)
   */
  readonly interval?: Duration;

  /**
   * How soon Flux tries again after a failure.
   * @default Duration.minutes(2)
   */
  readonly retryInterval?: Duration;

  /**
   * How long Flux waits for the objects of a unit to become healthy. At least 30 seconds.
   * @default Duration.minutes(10)
   */
  readonly timeout?: Duration;

  /**
   * As `timeout`, for units with a database: longer than its first start and than a drill on it.
   * @default Duration.minutes(15)
   */
  readonly databaseTimeout?: Duration;

  /**
   * Secret in `namespace` with the age key that decrypts the secrets folder, as one entry that ends in `.agekey`.
   * @default 'sops-age'
   */
  readonly decryptionSecret?: string;

  /**
   * Where Flux reports a unit that fails.
   * @default - nowhere
   */
  readonly alerts?: FluxAlerts;
}

/**
 * Delivers units with Flux: one Kustomization a unit, in `flux/`, in the order of the units' dependencies.
 *
 * Never `force`: Flux takes any change that a webhook refuses for an immutable field and would delete a database to
 * make it anew. Never `postBuild`: it rewrites `${...}` in scripts. Never `targetNamespace`: a unit spans namespaces.
 */
export class Flux implements Delivery {
  public readonly engine = 'flux';
  public readonly output: string;
  public readonly source: FluxSource;
  public readonly namespace: string;
  public readonly units: Readonly<Record<string, FluxExternal>>;
  public readonly databaseGate: DatabaseGate;
  public readonly interval: Duration;
  public readonly retryInterval: Duration;
  public readonly timeout: Duration;
  public readonly databaseTimeout: Duration;
  public readonly decryptionSecret: string;
  public readonly alerts: FluxAlerts | undefined;
  /** The deploy folder without a leading `./`, empty at the repository's root. */
  public readonly folder: string;

  /** @throws if a path leaves the repository or points at the output folder, a duration is too short, or a name is none */
  public constructor(props: FluxProps) {
    this.output = props.output ?? 'dist';
    this.source = props.source ?? { kind: 'GitRepository', name: 'flux-system' };
    this.namespace = props.namespace ?? 'flux-system';
    this.units = { ...props.external };
    this.databaseGate = props.databaseGate ?? 'ready';
    this.interval = atLeast('flux', 'interval', props.interval ?? Duration.minutes(30), 60);
    this.retryInterval = atLeast('flux', 'retryInterval', props.retryInterval ?? Duration.minutes(2), 10);
    this.timeout = atLeast('flux', 'timeout', props.timeout ?? Duration.minutes(10), 30);
    this.databaseTimeout = atLeast('flux', 'databaseTimeout', props.databaseTimeout ?? Duration.minutes(15), 30);
    this.decryptionSecret = props.decryptionSecret ?? 'sops-age';
    this.alerts = props.alerts;
    this.folder = deployFolder('flux', props.path, this.output);
    checkDnsLabel('flux', 'namespace', this.namespace);
    checkDnsName('flux', 'decryptionSecret', this.decryptionSecret);
    checkSource(this.source);
    for (const [alias, unit] of Object.entries(this.units)) {
      checkDnsName(`flux external '${alias}'`, 'name', unit.name ?? alias);
      checkDnsLabel(`flux external '${alias}'`, 'namespace', unit.namespace ?? this.namespace);
    }
    if (this.alerts !== undefined) {
      checkAlerts(this.alerts);
    }
  }

  public get external(): readonly ExternalObject[] {
    const { namespace, source, decryptionSecret } = this;
    const units = Object.entries(this.units).map(([alias, unit]) => ({
      kind: 'Kustomization',
      namespace: unit.namespace ?? namespace,
      name: unit.name ?? alias,
    }));
    const namespaces = new Set([namespace, ...units.map((unit) => unit.namespace)]);
    return [
      ...[...namespaces].map((name) => ({ kind: 'Namespace', name })),
      { kind: source.kind, namespace: source.namespace ?? namespace, name: source.name },
      { kind: 'Secret', namespace, name: decryptionSecret },
      ...units,
    ];
  }

  /**
   * Protects what holds data from pruning, and what carries scripts from anybody's `postBuild`.
   * @throws if what holds data is marked to be deleted and made anew
   */
  public decorate(units: readonly RenderedUnit[]): readonly RenderedUnit[] {
    return annotate(units, (object) => {
      refuseRecreation(object);
      return {
        ...(holdsData(object) ? { 'kustomize.toolkit.fluxcd.io/prune': 'disabled' } : {}),
        ...(carriesScripts(object) ? { 'kustomize.toolkit.fluxcd.io/substitute': 'disabled' } : {}),
      };
    });
  }

  /** @throws if the units cannot be ordered, name an unknown external unit, or the API server would refuse an object */
  public files(units: readonly RenderedUnit[]): readonly OutputFile[] {
    const graph = graphOf(units);
    const manifests = [
      ...sourceManifest(this.source, this.namespace),
      ...alertManifests(this.alerts, units, this.namespace),
      ...graph.order.map((unit) => this.kustomization(unit, graph)),
    ];
    checkManifests('flux', manifests);
    const files = manifests.map((manifest) => ({
      path: `flux/${manifest.kind}.${manifest.metadata.name}.yaml`,
      text: manifestYaml(manifest),
    }));
    const names = files.map((file) => file.path.slice('flux/'.length));
    return [{ path: 'flux/kustomization.yaml', text: kustomizationYaml(names) }, ...files];
  }

  private kustomization(unit: RenderedUnit, graph: UnitGraph<RenderedUnit>): Manifest {
    const kinds = new Set(unit.objects.map((object) => groupKind(object.manifest)));
    const hasCluster = kinds.has('postgresql.cnpg.io/Cluster');
    const health = [
      ...(hasCluster ? [clusterHealth(this.databaseGate)] : []),
      ...(kinds.has('batch/CronJob') ? [cronJobHealth] : []),
    ];
    const dependsOn = [...graph.directOf(unit.name).map((name) => ({ name })), ...this.externalOf(unit, graph)];
    const precious = unit.folder !== undefined || unit.objects.some(holdsData);
    return {
      apiVersion: 'kustomize.toolkit.fluxcd.io/v1',
      kind: 'Kustomization',
      metadata: {
        name: unit.name,
        namespace: this.namespace,
        labels: { 'app.kubernetes.io/part-of': unit.group },
      },
      spec: {
        interval: goDuration(this.interval),
        retryInterval: goDuration(this.retryInterval),
        timeout: goDuration(hasCluster ? this.databaseTimeout : this.timeout),
        path: `./${join(this.folder, unit.folder ?? `${this.output}/manifests/${unit.name}`)}`,
        // A line that is lost in a hand-owned folder must not take the credentials out of the cluster.
        prune: unit.folder === undefined,
        wait: true,
        ...(precious ? { deletionPolicy: 'Orphan' } : {}),
        sourceRef: {
          kind: this.source.kind,
          name: this.source.name,
          ...(this.source.namespace === undefined ? {} : { namespace: this.source.namespace }),
        },
        ...(dependsOn.length > 0 ? { dependsOn } : {}),
        ...(unit.folder === undefined
          ? {}
          : { decryption: { provider: 'sops', secretRef: { name: this.decryptionSecret } } }),
        ...(health.length > 0 ? { healthCheckExprs: health } : {}),
      },
    };
  }

  private externalOf(unit: RenderedUnit, graph: UnitGraph<RenderedUnit>): { name: string; namespace?: string }[] {
    const found = unit.dependsOnExternal.map((alias): { name: string; namespace?: string } => {
      const known = Object.hasOwn(this.units, alias) ? this.units[alias] : undefined;
      if (known === undefined) {
        const declared = Object.keys(this.units).toSorted().join(', ') || 'none';
        return refuse(
          `unit '${unit.name}'`,
          `it depends on the external unit '${alias}', which Flux is not told about; ` +
            `'external' of Flux must name its Kustomization, declared: ${declared}`,
        );
      }
      const name = known.name ?? alias;
      const elsewhere = known.namespace !== undefined && known.namespace !== this.namespace;
      if (!elsewhere && graph.order.some((other) => other.name === name)) {
        refuse(
          `unit '${unit.name}'`,
          `the external unit '${alias}' would be the Kustomization '${name}' in '${this.namespace}', which is a unit ` +
            `of this app; give it its own 'namespace', or use addDependency`,
        );
      }
      return elsewhere ? { name, namespace: known.namespace ?? '' } : { name };
    });
    // Two aliases may mean one Kustomization, and a unit may name one alias twice.
    return [...new Map(found.map((one) => [`${one.namespace ?? ''}/${one.name}`, one])).values()];
  }
}
