import { parsePostgresMemory, parseQuantity, showBytes } from '../_quantity';
import { objectOr } from '../resource';
import type { PolicyRule } from '../rule';
import { cluster, example } from './_examples';

/** What the webhook counts where a unit is left out. */
const MEBI = 2 ** 20;

/** The memory of PostgreSQL fits what the pod gets, and nobody evicts it first. */
export const memoryFits: PolicyRule = {
  name: 'memory-fits',
  family: 'cloudnative-pg',
  severity: 'error',
  kinds: ['postgresql.cnpg.io/v1/Cluster'],
  summary: 'the memory request holds shared_buffers and equals its limit',
  why: 'The webhook refuses shared_buffers above the request; a request below the limit makes the database one of the first to be evicted (CloudNativePG, Resource Management).',
  remediation: 'write one memory size as request and limit, at least four times shared_buffers',
  example: () => example([cluster()], 'spec.resources.requests.memory', '256Mi'),
  check(resource, _, report) {
    const { requests, limits } = objectOr(resource.spec['resources']);
    const huge = hugePages(limits) || hugePages(requests);
    const buffers = parsePostgresMemory(
      objectOr(objectOr(resource.spec['postgresql'])['parameters'])['shared_buffers'],
      MEBI,
    );
    const limit = parseQuantity(objectOr(limits)['memory']);
    // Where only a limit is written, the API server takes it for the request.
    const request = parseQuantity(objectOr(requests)['memory'] ?? objectOr(limits)['memory']);
    if (request === undefined) {
      report.fail(
        'spec.resources.requests.memory',
        'without a memory request the database is evicted first when its node runs short',
      );
      return;
    }
    if (buffers !== undefined && buffers > request && buffers > huge) {
      report.fail(
        'spec.resources.requests.memory',
        `${showBytes(request)} is less than shared_buffers ${showBytes(buffers)}: the webhook refuses it`,
      );
    } else if (limit === undefined || limit > request) {
      report.fail(
        'spec.resources.requests.memory',
        `the request ${showBytes(request)} is below the limit ${limit === undefined ? '(none)' : showBytes(limit)}: the database is not guaranteed its memory`,
      );
    }
  },
};

/** The largest request for huge pages, in bytes; shared_buffers may lie there. */
function hugePages(resources: unknown): number {
  const sizes = Object.entries(objectOr(resources))
    .filter(([name]) => name.startsWith('hugepages-'))
    .map(([, size]) => parseQuantity(size) ?? 0);
  return Math.max(0, ...sizes);
}
