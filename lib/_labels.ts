/** The recommended Kubernetes labels, for one part of one service. */
export function labelsOf(name: string, service: string, component: string): Record<string, string> {
  return {
    'app.kubernetes.io/component': component,
    'app.kubernetes.io/managed-by': 'cdk8s-phoenix',
    'app.kubernetes.io/name': name,
    'app.kubernetes.io/part-of': service,
  };
}
