import type { Resource } from '../resource';

/** Whether a CronJob runs a drill of this library: those are all the CronJobs that it makes. */
export function isDrill(resource: Resource): boolean {
  return resource.labels['app.kubernetes.io/managed-by'] === 'cdk8s-phoenix';
}
