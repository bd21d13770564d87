import type { IConstruct } from 'constructs';
import { refuse } from '../_refuse';
import type { ApiService } from '../api/api-service';

/** One port of a Service and the port of an operator machine that leads to it. */
export interface Forward {
  readonly part: ApiService;
  /** Name of the port in the Service: `http`. */
  readonly name: string;
  readonly port: number;
  readonly local: number;
}

/** A local port for each port of each part: the same number plus the offset, or the next free one. */
export function localForwards(where: IConstruct, parts: readonly ApiService[], offset: number): Forward[] {
  const taken = new Set<number>();
  return parts.flatMap((part) =>
    Object.entries(part.ports).map(([name, port]) => {
      let local = Math.max(port + offset, port < 1024 ? port + 8000 : 0);
      while (taken.has(local)) {
        local += 1;
      }
      if (local > 65_535) {
        refuse(where, `'localPortOffset' must leave room for port ${port} of '${part.name}', got ${offset}`);
      }
      taken.add(local);
      return { part, name, port, local };
    }),
  );
}
