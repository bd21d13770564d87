import type { PathSegment } from '../_path';
import type { Pods } from '../_pods';
import { listOr } from '../resource';

/** A host that a program logs in to, as an environment variable gives it. */
export interface DatabaseHost {
  readonly variable: string;
  readonly service: string;
  readonly namespace: string;
  readonly path: readonly PathSegment[];
}

const NAMES = /^(PGHOST|(DB|DATABASE|POSTGRES|POSTGRESQL|PG)_?(HOST|HOSTNAME|SERVER))$/;
/** `postgresql://user:password@host:5432/name`, also as JDBC and with a driver. */
const URL = /^(?:jdbc:)?postgres(?:ql)?(?:\+\w+)?:\/\/(?:[^@/]*@)?([^:/?,]+)/;

/** The databases inside the cluster that the variables of pods name; what is put together from others is left out. */
export function databaseHosts(pods: Pods): readonly DatabaseHost[] {
  const out: DatabaseHost[] = [];
  for (const { container, path } of pods.containers) {
    listOr(container['env']).forEach((env, i) => {
      const variable = String(env['name']);
      const value: unknown = env['value'];
      if (typeof value !== 'string') {
        return;
      }
      const host = URL.exec(value)?.[1] ?? (NAMES.test(variable) ? value : undefined);
      if (host === undefined || host.includes('$(') || host === 'localhost' || host.startsWith('/')) {
        return;
      }
      const [service = '', namespace = pods.namespace, svc] = host.split('.');
      if (svc === undefined || svc === 'svc') {
        out.push({ variable, service, namespace, path: [...path, 'env', i, 'value'] });
      }
    });
  }
  return out;
}
