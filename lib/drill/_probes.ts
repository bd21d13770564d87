import type { IConstruct } from 'constructs';
import type { ApiService } from '../api/api-service';
import { refuse } from '../_refuse';
import type { ProbeConfig } from './runner/config';

/** A path of the API that the drill asks all the time. */
export interface DrillProbe {
  /** Path below the API's address: `/state/summary`. The readiness path is asked anyway; name it to set `bodyMatches`. */
  readonly path: string;

  /**
   * Regular expression that the body of an answer with status 200 must match; `^$` where it is empty.
   * @default - the body holds no error and is like the first answer of the run, when all is healthy: not empty; of JSON,
   * each top-level key with its type, and each field that names a state (`status`, `healthy`, `ok`, ...) with its value;
   * of other text, its title or first line
   */
  readonly bodyMatches?: string;
}

const INTERVAL_MS = 200;
const TIMEOUT_MS = 5000;

/** The readiness path, which claims to know whether the service works, and the paths that were asked for. */
export function probesOf(api: ApiService, probes: readonly DrillProbe[]): ProbeConfig[] {
  const others = probes.filter(({ path }) => path !== api.readiness);
  const health = probes.find(({ path }) => path === api.readiness) ?? { path: api.readiness };
  return [health, ...others].map(({ path, bodyMatches }) => ({
    name: path === api.readiness ? 'health' : nameOf(path),
    url: `${api.url}${path}`,
    health: path === api.readiness,
    ...(bodyMatches === undefined ? {} : { bodyMatches }),
    intervalMs: INTERVAL_MS,
    timeoutMs: TIMEOUT_MS,
  }));
}

/** @throws if one cannot work */
export function checkProbes(scope: IConstruct, probes: readonly DrillProbe[]): void {
  for (const { path, bodyMatches } of probes) {
    if (!path.startsWith('/')) {
      refuse(scope, `'probes.path' must start with /, got '${path}'`);
    }
    try {
      new RegExp(bodyMatches ?? '');
    } catch {
      refuse(scope, `'probes.bodyMatches' must be a regular expression of JavaScript, got '${bodyMatches}'`);
    }
  }
}

function nameOf(path: string): string {
  return path.replace(/[^a-z0-9]+/gi, '-').replace(/^-|-$/g, '') || 'root';
}
