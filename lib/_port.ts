import type { IConstruct } from 'constructs';
import { refuse } from './_refuse';

/** Refuses what is no TCP port. */
export function checkPort(where: IConstruct, property: string, port: number): void {
  if (!Number.isInteger(port) || port < 1 || port > 65535) {
    refuse(where, `'${property}' must be a port between 1 and 65535, got ${port}`);
  }
}
