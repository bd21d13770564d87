import { builtInKinds } from './schema/_catalog';

let homes: ReadonlyMap<string, string> | undefined;

/** `Cluster`, or `Cluster.cluster.x-k8s.io`: see `World.key`. Kinds that nobody else has need no group. */
export function kindKey(kind: string, apiVersion: string): string {
  homes ??= new Map(
    [...builtInKinds().keys()].map((id) => {
      const at = id.lastIndexOf('/');
      return [id.slice(at + 1), groupOf(id.slice(0, at))] as const;
    }),
  );
  const home = homes.get(kind);
  const group = groupOf(apiVersion);
  return home === undefined || home === group ? kind : `${kind}.${group}`;
}

function groupOf(apiVersion: string): string {
  const at = apiVersion.lastIndexOf('/');
  return at < 0 ? '' : apiVersion.slice(0, at);
}
