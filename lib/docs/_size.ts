import type { Size } from 'cdk8s';
import { sizeQuantity } from '../_quantity';
import type { PostgresCluster } from '../postgres/postgres-cluster';

/** A size as people read it: `20 GiB`, or `6145 MiB` where it is no whole number of the larger unit. */
export function sizeText(database: PostgresCluster, property: 'storage' | 'walStorage' | 'memory'): string {
  const size: Size = database[property];
  return sizeQuantity(database, property, size).replace(/([KMGTP]i)$/, ' $1B');
}
