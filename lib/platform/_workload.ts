import type { Manifest } from '../gitops/rendered';
import { at, list } from './_read';

const REQUIRED = 'requiredDuringSchedulingIgnoredDuringExecution';

/** An object that has pods, and what its pods ask of the scheduler, wherever its kind says that. */
export interface Workload {
  readonly manifest: Manifest;
  /** `Deployment/state-hub-api`. */
  readonly object: string;
  readonly namespace: string | undefined;
  /** Whether it is a CloudNativePG Cluster. */
  readonly isDatabase: boolean;
  /** Labels of its pods. */
  readonly labels: Readonly<Record<string, string>>;
  readonly nodeName: unknown;
  readonly nodeSelector: unknown;
  readonly nodeAffinity: unknown;
  readonly tolerations: unknown;
  /** Required anti-affinity terms, without the one that CloudNativePG makes itself. */
  readonly apart: readonly unknown[];
  /** Required affinity terms. */
  readonly near: readonly unknown[];
  /** Hard topology spread constraints. */
  readonly spreads: readonly unknown[];
  readonly schedulerName: unknown;
}

/** All objects that have pods for longer than a job takes. */
export function workloadsIn(manifests: readonly Manifest[]): Workload[] {
  return manifests.flatMap((manifest) =>
    isCluster(manifest)
      ? [cluster(manifest)]
      : at(manifest, 'spec.template.spec') !== undefined && manifest.kind !== 'Job'
        ? [template(manifest)]
        : [],
  );
}

/** Whether the proof has claims about it. */
export function isJudged({ isDatabase, manifest }: Workload): boolean {
  return isDatabase || manifest.kind === 'Deployment';
}

function isCluster({ apiVersion, kind }: Manifest): boolean {
  return kind === 'Cluster' && apiVersion.startsWith('postgresql.cnpg.io/');
}

function cluster(manifest: Manifest): Workload {
  const { name } = manifest.metadata;
  const affinity = (path: string): unknown => at(manifest, `spec.affinity.${path}`);
  return {
    ...common(manifest),
    isDatabase: true,
    labels: {
      ...(at(manifest, 'spec.inheritedMetadata.labels') as Record<string, string> | undefined),
      'app.kubernetes.io/component': 'database',
      'app.kubernetes.io/instance': name,
      'app.kubernetes.io/managed-by': 'cloudnative-pg',
      'app.kubernetes.io/name': 'postgresql',
      'cnpg.io/cluster': name,
      'cnpg.io/podRole': 'instance',
    },
    nodeName: undefined,
    nodeSelector: affinity('nodeSelector'),
    nodeAffinity: affinity('nodeAffinity'),
    tolerations: affinity('tolerations'),
    apart: list(affinity(`additionalPodAntiAffinity.${REQUIRED}`)),
    near: list(affinity(`additionalPodAffinity.${REQUIRED}`)),
    spreads: hard(at(manifest, 'spec.topologySpreadConstraints')),
    schedulerName: at(manifest, 'spec.schedulerName'),
  };
}

function template(manifest: Manifest): Workload {
  const pod = (path: string): unknown => at(manifest, `spec.template.spec.${path}`);
  return {
    ...common(manifest),
    isDatabase: false,
    labels: (at(manifest, 'spec.template.metadata.labels') ?? {}) as Record<string, string>,
    nodeName: pod('nodeName'),
    nodeSelector: pod('nodeSelector'),
    nodeAffinity: pod('affinity.nodeAffinity'),
    tolerations: pod('tolerations'),
    apart: list(pod(`affinity.podAntiAffinity.${REQUIRED}`)),
    near: list(pod(`affinity.podAffinity.${REQUIRED}`)),
    spreads: hard(pod('topologySpreadConstraints')),
    schedulerName: pod('schedulerName'),
  };
}

function common(manifest: Manifest): Pick<Workload, 'manifest' | 'object' | 'namespace'> {
  const { kind, metadata } = manifest;
  return { manifest, object: `${kind}/${metadata.name}`, namespace: metadata.namespace };
}

function hard(constraints: unknown): unknown[] {
  return list(constraints).filter((constraint) => at(constraint, 'whenUnsatisfiable') !== 'ScheduleAnyway');
}
