import { Duration } from 'cdk8s';
import type { GitRepositorySpecRef, OciRepositorySpecRef } from '../../imports/source.toolkit.fluxcd.io';
import { checkDnsLabel, checkDnsName } from '../_names';
import { refuse } from '../_refuse';
import { atLeast, goDuration } from './_duration';
import type { Manifest, RenderedUnit } from './rendered';

/** Where Flux gets the repository from. */
export type FluxSource = FluxGitSource | FluxOciSource;

/** A repository in git. */
export interface FluxGitSource extends FluxSourceName {
  /** Kind of the source. */
  readonly kind: 'GitRepository';

  /**
   * Writes the source object as well. `url` starts with `https://` or `ssh://`.
   * @default - it exists already, as after `flux bootstrap`
   */
  readonly create?: FluxSourceSpec<keyof GitRepositorySpecRef>;
}

/** An artifact in a container registry. */
export interface FluxOciSource extends FluxSourceName {
  /** Kind of the source. */
  readonly kind: 'OCIRepository';

  /**
   * Writes the source object as well. `url` starts with `oci://`.
   * @default - it exists already
   */
  readonly create?: FluxSourceSpec<keyof OciRepositorySpecRef>;
}

/** What both kinds of source have. */
export interface FluxSourceName {
  /** Name of the source object. */
  readonly name: string;

  /**
   * Namespace of the source object.
   * @default - the namespace of the Kustomizations
   */
  readonly namespace?: string;
}

/** A source object to write. */
export interface FluxSourceSpec<Ref extends string> {
  /** Address of the repository. */
  readonly url: string;

  /** What to follow, as the source's `spec.ref` takes it: `{ branch: 'main' }`, `{ tag: 'latest' }`. */
  readonly ref: Readonly<Partial<Record<Ref, string>>>;

  /**
   * Secret with the credentials, in the source's namespace.
   * @default - none, the source is public
   */
  readonly secretName?: string;

  /**
   * How often Flux looks for a new revision.
   * @default Duration.minutes(5)
   */
  readonly interval?: Duration;
}

/** Where Flux reports a unit that fails. */
export interface FluxAlerts {
  /** Name of the notification Provider, in the namespace of the Kustomizations. */
  readonly provider: string;

  /**
   * Writes the Provider as well.
   * @default - it exists already
   */
  readonly create?: FluxProviderSpec;

  /**
   * What is worth a message.
   * @default 'error'
   */
  readonly severity?: 'info' | 'error';
}

/** A Provider to write. Tokens and private addresses belong into the Secret. */
export interface FluxProviderSpec {
  /** Kind of the receiver, as `spec.type` of a Provider takes it: `alertmanager`, `slack`, `matrix`. */
  readonly type: string;

  /**
   * Address of the receiver.
   * @default - the entry `address` of the Secret
   */
  readonly address?: string;

  /**
   * Secret with `token` or `address`, in the namespace of the Kustomizations.
   * @default - none
   */
  readonly secretName?: string;

  /**
   * Channel to post to.
   * @default - what the receiver takes as default
   */
  readonly channel?: string;
}

/** @throws if a name is no DNS name or the address does not fit the kind */
export function checkSource(source: FluxSource): void {
  const where = `flux source '${source.name}'`;
  checkDnsName('flux source', 'name', source.name);
  if (source.namespace !== undefined) {
    checkDnsLabel(where, 'namespace', source.namespace);
  }
  const { create } = source;
  if (create === undefined) {
    return;
  }
  const scheme = source.kind === 'OCIRepository' ? /^oci:\/\// : /^(https?|ssh):\/\//;
  if (!scheme.test(create.url)) {
    const allowed = source.kind === 'OCIRepository' ? 'oci://' : 'https:// or ssh://';
    refuse(where, `'url' of a ${source.kind} must start with ${allowed}, got '${create.url}'`);
  }
  if (Object.keys(create.ref).length === 0) {
    refuse(where, `'ref' must say what to follow, such as { tag: 'v1' }, got nothing`);
  }
  if (create.secretName !== undefined) {
    checkDnsName(where, 'secretName', create.secretName);
  }
  if (create.interval !== undefined) {
    atLeast(where, 'interval', create.interval, 1);
  }
}

/** @throws if a name is no DNS name, or a Provider to write has no address */
export function checkAlerts(alerts: FluxAlerts): void {
  const where = `flux provider '${alerts.provider}'`;
  checkDnsName('flux alerts', 'provider', alerts.provider);
  const { create } = alerts;
  if (create?.secretName !== undefined) {
    checkDnsName(where, 'secretName', create.secretName);
  }
  if (create !== undefined && create.address === undefined && create.secretName === undefined) {
    refuse(where, `it needs an 'address' or a 'secretName' whose Secret holds one`);
  }
}

/** The source object, where it is ours to write. */
export function sourceManifest(source: FluxSource, namespace: string): readonly Manifest[] {
  const { create } = source;
  if (create === undefined) {
    return [];
  }
  return [
    {
      apiVersion: 'source.toolkit.fluxcd.io/v1',
      kind: source.kind,
      metadata: { name: source.name, namespace: source.namespace ?? namespace },
      spec: {
        interval: goDuration(create.interval ?? Duration.minutes(5)),
        url: create.url,
        ref: create.ref,
        ...(create.secretName === undefined ? {} : { secretRef: { name: create.secretName } }),
      },
    },
  ];
}

/** One Alert a service over all its units, and the Provider where it is ours to write. */
export function alertManifests(
  alerts: FluxAlerts | undefined,
  units: readonly RenderedUnit[],
  namespace: string,
): readonly Manifest[] {
  if (alerts === undefined) {
    return [];
  }
  const groups = [...new Set(units.map((unit) => unit.group))].toSorted();
  return [
    ...providerManifest(alerts, namespace),
    ...groups.map((group): Manifest => {
      const names = units.flatMap((unit) => (unit.group === group ? [unit.name] : [])).toSorted();
      return {
        apiVersion: 'notification.toolkit.fluxcd.io/v1beta3',
        kind: 'Alert',
        metadata: { name: group, namespace },
        spec: {
          providerRef: { name: alerts.provider },
          eventSeverity: alerts.severity ?? 'error',
          eventSources: names.map((name) => ({ kind: 'Kustomization', name })),
          eventMetadata: { service: group },
        },
      };
    }),
  ];
}

function providerManifest(alerts: FluxAlerts, namespace: string): readonly Manifest[] {
  const { create } = alerts;
  if (create === undefined) {
    return [];
  }
  return [
    {
      apiVersion: 'notification.toolkit.fluxcd.io/v1beta3',
      kind: 'Provider',
      metadata: { name: alerts.provider, namespace },
      spec: {
        type: create.type,
        ...(create.address === undefined ? {} : { address: create.address }),
        ...(create.channel === undefined ? {} : { channel: create.channel }),
        ...(create.secretName === undefined ? {} : { secretRef: { name: create.secretName } }),
      },
    },
  ];
}
