import type { PathSegment } from '../_path';
import type { Pods } from '../_pods';
import { type Resource, listOr, objectOr } from '../resource';
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

/** `http://web.shop.svc:80/x` or `db-rw.shop.svc`: Service, namespace, port. What is in front of `.svc`, and from there. */
const FRONT = /(?:(https?):\/\/)?\b([a-z0-9][-a-z0-9]*)\.([a-z0-9][-a-z0-9]*)$/;
const BACK = /^\.svc(?:\.cluster\.local)?(?::(\d+))?(?![-\w.])/;
/** Two names and a scheme are not longer. */
const MAX_FRONT = 140;
const MAX_BACK = 40;
const SUFFIX = '.svc';
/** A text beyond this is a program, not a configuration. */
const MAX_TEXT = 20_000;

type Found = Omit<Address, 'path'>;

/** The addresses in environment variables and in the ConfigMaps that pods mount. */
export function addressesOf(pods: Pods, world: World): readonly Address[] {
  const out = environmentOf(pods);
  listOr(pods.spec?.['volumes']).forEach((volume, i) => {
    const name: unknown = objectOr(volume['configMap'])['name'];
    const map = typeof name === 'string' ? world.find('ConfigMap', pods.namespace, name) : undefined;
    if (map !== undefined) {
      const path = [...pods.path, 'volumes', i, 'configMap', 'name'];
      for (const one of world.onceFor(map, addressesIn)) {
        out.push(placed(one, path));
      }
    }
  });
  return out;
}

function environmentOf(pods: Pods): Address[] {
  const out: Address[] = [];
  for (const { container, path } of pods.containers) {
    listOr(container['env']).forEach((env, i) => {
      const { name, value } = env;
      if (typeof value === 'string' && value.includes(SUFFIX)) {
        out.push(...read(`${name}=${value}`).map((one) => placed(one, [...path, 'env', i, 'value'])));
      }
    });
  }
  return out;
}

function addressesIn(map: Resource): readonly Found[] {
  return Object.values(objectOr(map.manifest['data'])).flatMap(read);
}

function placed({ service, namespace, port }: Found, path: readonly PathSegment[]): Address {
  return { service, namespace, port, path };
}

/** A bare name counts only as the value of something called host: others may just be looked up, or allowed. */
const HOST = /host"?\s*[:=]\s*"?$/i;
/** How far in front of the value its name is looked for. */
const NEAR = 40;

function read(text: unknown): Found[] {
  const out: Found[] = [];
  if (typeof text !== 'string' || text.length > MAX_TEXT) {
    return out;
  }
  for (let at = text.indexOf(SUFFIX); at >= 0; at = text.indexOf(SUFFIX, at + 1)) {
    const front = FRONT.exec(text.slice(Math.max(0, at - MAX_FRONT), at));
    const back = BACK.exec(text.slice(at, at + MAX_BACK));
    if (front === null || back === null) {
      continue;
    }
    const [whole, scheme, service = '', namespace = ''] = front;
    const usual = scheme === 'https' ? 443 : scheme === 'http' ? 80 : undefined;
    const explicit = back[1];
    const start = at - whole.length;
    if (usual !== undefined || explicit !== undefined || HOST.test(text.slice(Math.max(0, start - NEAR), start))) {
      out.push({ service, namespace, port: explicit === undefined ? usual : Number(explicit) });
    }
  }
  return out;
}
