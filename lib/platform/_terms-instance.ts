import { apiBlock, failoverBlock, readBlock } from './_blocked';
import { synchronousRecoveryPoint } from './_recovery-point';
import {
  apiReady,
  apiStart,
  checkpoint,
  clientReconnect,
  endpoints,
  failoverDelay,
  fixed,
  operatorPoll,
  promotion,
  releasedLease,
  replayed,
  SOURCE,
  uncleanLease,
} from './_terms';
import type { DatabaseFacts, PredictionInput } from './prediction-input';
import { byField, bySoftware, type ClassTerms, figure, path, type Path, type Term } from './term';

/** One pod is gone; its node and its volume are there. */
export function instanceLoss(input: PredictionInput): ClassTerms {
  const { api, database } = input;
  const killed = path('the primary is killed', [...killedPrimary(input), clientReconnect(api)]);
  const stopped = path('the primary is stopped in order', [...stoppedPrimary(input), clientReconnect(api)]);
  const block = failoverBlock(input, 'one instance');
  const replica = path('an instance leaves its Service', [endpoints('endpoints follow'), clientReconnect(api)]);
  return {
    writes: figure([killed, stopped], block),
    reads:
      database.instances < 3 ? figure([killed, stopped], block) : figure([replica], readBlock(input, 'one instance')),
    api: apiFigure(input, [killed, stopped], block),
    redundancy:
      api === undefined
        ? undefined
        : figure([path('a replica is killed', [...apiStart({ ...input, api }), ...apiReady(api)])]),
    rpo: synchronousRecoveryPoint(input),
    assumes: [
      'the operator and the Barman Cloud plugin are running: without either nothing is promoted',
      'the node of the instance is there and closes its sessions, so that no client waits for one that is silent',
      replayed(),
    ],
  };
}

/** Killed, out of memory, crashed: it could not give its lease back. */
function killedPrimary(input: PredictionInput): Term[] {
  return [
    operatorPoll(),
    failoverDelay(input.database),
    fixed('standbys stop receiving', 1, SOURCE.failover, bySoftware('CloudNativePG')),
    ...uncleanLease(input.database),
    promotion(),
    checkpoint(input),
    endpoints('database endpoints follow'),
  ];
}

/** Deleted with its grace period, evicted, or restarted by its liveness probe. */
function stoppedPrimary(input: PredictionInput): Term[] {
  const { database } = input;
  return [
    smartShutdown(database),
    checkpoint(input, 'shutdown checkpoint'),
    operatorPoll(),
    failoverDelay(database),
    fixed('standbys stop receiving', 1, SOURCE.failover, bySoftware('CloudNativePG')),
    ...releasedLease(database),
    promotion(),
    checkpoint(input),
    endpoints('database endpoints follow'),
  ];
}

/** CloudNativePG skips the smart shutdown where it would leave no time for the fast one. */
function smartShutdown(database: DatabaseFacts): Term {
  const skipped = database.stopDelay <= database.smartShutdownTimeout;
  return {
    name: 'smart shutdown waits for sessions',
    typical: skipped ? 0 : database.smartShutdownTimeout,
    worst: skipped ? 0 : database.smartShutdownTimeout,
    source: SOURCE.clusterReference,
    setBy: byField(database.object, 'spec.smartShutdownTimeout'),
  };
}

function apiFigure(input: PredictionInput, database: readonly Path[], block: string | undefined): ClassTerms['api'] {
  const { api } = input;
  if (api === undefined) {
    return undefined;
  }
  const lost =
    api.replicas > 1
      ? path('a replica is killed', [endpoints('API endpoints follow'), retry()])
      : path('the only replica is killed', [...apiStart({ ...input, api }), ...apiReady(api)]);
  if (!api.usesDatabase) {
    return figure([lost], apiBlock(api, 'one instance'));
  }
  const through = database.map(({ name, terms }) => path(name, [...terms, ...apiReady(api)]));
  return figure([...through, lost], apiBlock(api, 'one instance') ?? block);
}

/** A client of the API notices a refused or silent connection and tries again. */
export function retry(): Term {
  return { name: 'caller tries again', typical: 1, worst: 5, source: SOURCE.services, setBy: bySoftware('Kubernetes') };
}
