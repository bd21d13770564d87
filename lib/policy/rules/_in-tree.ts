import { type Resource, type YamlObject, isObject, objectOr } from '../resource';

/** The object store in a Cluster itself, which archives WAL and takes base backups until CloudNativePG 1.31. */
export function inTreeStore(cluster: Resource): YamlObject | undefined {
  const store: unknown = objectOr(cluster.spec['backup'])['barmanObjectStore'];
  return isObject(store) ? store : undefined;
}
