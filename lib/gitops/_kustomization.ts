import { manifestYaml } from './yaml';

/** A `kustomization.yaml` for `kubectl apply -k`: an explicit list, sorted, nothing found by walking. */
export function kustomizationYaml(resources: readonly string[], more: Readonly<Record<string, unknown>> = {}): string {
  return manifestYaml({
    apiVersion: 'kustomize.config.k8s.io/v1beta1',
    kind: 'Kustomization',
    ...more,
    resources: resources.toSorted(),
  });
}
