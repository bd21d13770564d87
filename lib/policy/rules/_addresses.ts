import type { PathSegment } from '../_path';
import { type Pods, containersOf } from '../_pods';
import { listOr, objectOr } from '../resource';
import type { World } from '../world';

/** An address inside the cluster that a program is given. */
export interface Address {
  readonly service: string;
  readonly namespace: string;
  /** As it is written, else what the scheme means. */
  readonly port: number | undefined;
  /** Where it is written, as far as that is in the object of the pods. */
  readonly path: readonly PathSegment[];
}

/** `http://web.shop.svc:80/x` or `db-rw.shop.svc`: Service, namespace, port. */
const ADDRESS =
  /(?:(https?):\/\/)?\b([a-z0-9][-a-z0-9]*)\.([a-z0-9][-a-z0-9]*)\.svc(?:\.cluster\.local)?(?::(\d+))?(?![-\w.])/g;
/** A text beyond this is a program, not a configuration. */
const MAX_TEXT = 20_000;

/** The addresses in environment variables and in the ConfigMaps that pods mount. */
export function addressesOf(pods: Pods, world: World): readonly Address[] {
  const spec = pods.spec ?? {};
  const out: Address[] = [];
  for (const { container, path } of containersOf(spec)) {
    listOr(container['env']).forEach((env, i) =>
      read(`${env['name']}=${env['value']}`, [...pods.path, ...path, 'env', i, 'value'], out),
    );
  }
  listOr(spec['volumes']).forEach((volume, i) => {
    const name: unknown = objectOr(volume['configMap'])['name'];
    const map = typeof name === 'string' ? world.find('ConfigMap', pods.namespace, name) : undefined;
    for (const text of Object.values(objectOr(map?.manifest['data']))) {
      read(text, [...pods.path, 'volumes', i, 'configMap', 'name'], out);
    }
  });
  return out;
}

/** A bare name counts only as the value of something called host: others may just be looked up, or allowed. */
const HOST = /host"?\s*[:=]\s*"?$/i;

function read(text: unknown, path: readonly PathSegment[], out: Address[]): void {
  if (typeof text !== 'string' || text.length > MAX_TEXT || !text.includes('.svc')) {
    return;
  }
  for (const match of text.matchAll(ADDRESS)) {
    const [, scheme, service = '', namespace = '', explicit] = match;
    const usual = scheme === 'https' ? 443 : scheme === 'http' ? 80 : undefined;
    if (usual !== undefined || explicit !== undefined || HOST.test(text.slice(0, match.index))) {
      out.push({ service, namespace, port: explicit === undefined ? usual : Number(explicit), path });
    }
  }
}
