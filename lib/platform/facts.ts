import type { ConstructFacts } from '../policy/facts';
import type { Platform } from './platform';

/** What the policy may know of a platform. */
export function platformFacts(platform: Platform): ConstructFacts {
  const { name, kubernetes, cloudNativePg, nodes, storage, operatorNamespace, operatorPodLabels, monitoringNamespace } =
    platform;
  const namespaces = [operatorNamespace, ...(monitoringNamespace === false ? [] : [monitoringNamespace])];
  return {
    platform: name,
    kubernetes,
    cloudNativePg,
    nodes,
    storageClasses: { [storage.storageClass]: storage.kind },
    operatorNamespace,
    operatorPodLabels,
    external: namespaces.map((namespace) => ({ kind: 'Namespace', name: namespace })),
  };
}
