import { Duration } from 'cdk8s';
import { checkDnsLabel } from '../_names';
import { refuse } from '../_refuse';
import { atLeast, goDuration } from './_duration';
import type { Manifest, RenderedUnit } from './rendered';

/** Where Flux gets the repository from. */
export interface FluxSource {
  /** Kind of the source. */
  readonly kind: 'GitRepository' | 'OCIRepository';

  /** Name of the source object. */
  readonly name: string;

  /**
   * Namespace of the source object.
   * @default - the namespace of the Kustomizations
   */
  readonly namespace?: string;

  /**
   * Writes the source object as well.
   * @default - it exists already, as after `flux bootstrap`
   */
  readonly create?: FluxSourceSpec;
}

/** A source object to write. */
export interface FluxSourceSpec {
  /** `https://` or `ssh://` for a GitRepository, `oci://` for an OCIRepository. */
  readonly url: string;

  /** What to follow, as the source's `spec.ref` takes it: `{ branch: 'main' }`, `{ tag: 'latest' }`. */
  readonly ref: Readonly<Partial<Record<'branch' | 'tag' | 'semver' | 'commit' | 'digest', string>>>;

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

/** @throws if the name is no DNS name or the address does not fit the kind */
export function checkSource(source: FluxSource): void {
  const where = `flux source '${source.name}'`;
  checkDnsLabel('flux source', 'name', source.name);
  const { create } = source;
  const scheme = source.kind === 'OCIRepository' ? /^oci:\/\// : /^(https?|ssh):\/\//;
  if (create !== undefined && !scheme.test(create.url)) {
    const allowed = source.kind === 'OCIRepository' ? 'oci://' : 'https:// or ssh://';
    refuse(where, `'url' of a ${source.kind} must start with ${allowed}, got '${create.url}'`);
  }
  if (create !== undefined && Object.keys(create.ref).length === 0) {
    refuse(where, `'ref' must say what to follow, such as { branch: 'main' }, got nothing`);
  }
  if (create?.interval !== undefined) {
    atLeast(where, 'interval', create.interval, 1);
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
  if (create.address === undefined && create.secretName === undefined) {
    refuse(`flux provider '${alerts.provider}'`, `it needs an 'address' or a 'secretName' whose Secret holds one`);
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
