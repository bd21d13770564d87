import { archiveKey } from '../../postgres/archive';
import { type Resource, type YamlObject, isObject, objectOr } from '../resource';

/** The object store in a Cluster itself, which archives WAL and takes base backups until CloudNativePG 1.31. */
export function inTreeStore(cluster: Resource): YamlObject | undefined {
  const store: unknown = objectOr(cluster.spec['backup'])['barmanObjectStore'];
  return isObject(store) ? store : undefined;
}

/** One text for the archive that an object store, of its own or in a Cluster, keeps for a server. */
export function archiveIn({ endpointURL, destinationPath }: YamlObject, serverName: unknown): string {
  return archiveKey({
    endpoint: typeof endpointURL === 'string' ? endpointURL : undefined,
    destination: String(destinationPath),
    serverName: String(serverName),
  });
}
