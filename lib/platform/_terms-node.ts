import { apiBlock, evictionBlock, failoverBlock, readBlock } from './_blocked';
import { synchronousRecoveryPoint } from './_recovery-point';
import {
  apiReady,
  apiStart,
  checkpoint,
  clientReconnect,
  endpoints,
  failoverDelay,
  fixed,
  promotion,
  replayed,
  silentSession,
  SOURCE,
  uncleanLease,
} from './_terms';
import { retry } from './_terms-instance';
import type { ApiFacts, DatabaseFacts, PredictionInput, PredictionPlatform } from './prediction-input';
import { byField, byPlatform, bySoftware, type ClassTerms, figure, path, type Path, type Term } from './term';

/** The kubelet renews its lease every 10 seconds, so the silence began 5 seconds before the loss on average. */
const MEAN_HEARTBEAT_AGE = 5;

/** A node is gone at once, without a word. */
export function nodeLoss(input: PredictionInput): ClassTerms {
  const { api, database, platform } = input;
  const clients = (outage: readonly Term[]): Term[] => [...outage, ...silentSession(api, outage), clientReconnect(api)];
  const primary = path("the primary's node is lost", clients(lostPrimary(input)));
  const block = failoverBlock(input, 'one node');
  const replica = path("an instance's node is lost", clients([...silentNode(platform), endpoints('endpoints follow')]));
  return {
    writes: figure([primary], block),
    reads: database.instances < 3 ? figure([primary], block) : figure([replica], readBlock(input, 'one node')),
    api: apiFigure(input, primary, block),
    redundancy:
      api === undefined
        ? undefined
        : figure([path("a replica's node is lost", replacement(input, api))], evictionBlock(api)),
    rpo: synchronousRecoveryPoint(input),
    assumes: [
      'the node-loss proof holds: one node takes one instance, and quorum remains',
      'the operator and the Barman Cloud plugin run on another node or have a second replica; else their own eviction ' +
        '(tolerationSeconds, 300 by default) comes first',
      ...(api?.usesDatabase === true ? [silenceEnds(api)] : []),
      replayed(),
    ],
  };
}

/** What must be true of the program in the API's image. */
function silenceEnds({ databaseTimeout, databaseTimeoutDeclared, replicas }: ApiFacts): string {
  const whose = databaseTimeoutDeclared
    ? `the API gives up a database session that does not answer after ${databaseTimeout} s, as 'databaseTimeout' says`
    : `the API gives up a database session that does not answer after ${databaseTimeout} s, though nobody declared that in 'databaseTimeout'`;
  const callers = replicas > 1 ? '; whoever calls the API gives up a silent request in the same way' : '';
  return (
    `${whose}, and then opens a new one and drops the others: a socket, query or pool timeout of its own or tcp_user_timeout of ` +
    `at most that; without one Linux gives up after about 15 minutes (tcp_retries2), and PGCONNECT_TIMEOUT is about new ` +
    `sessions only${callers}`
  );
}

/** Seconds without writes when the primary's node is lost, at worst: what a liveness probe must outlast. */
export function failoverSeconds(input: PredictionInput): number {
  return path('', lostPrimary(input)).worst;
}

function lostPrimary(input: PredictionInput): Term[] {
  const { database, platform } = input;
  return [
    ...silentNode(platform),
    failoverDelay(database),
    receiversTimeOut(database),
    ...uncleanLease(database),
    promotion(),
    checkpoint(input),
    endpoints('database endpoints follow'),
  ];
}

/** The controller looks every 5 seconds (`--node-monitor-period`); the operator watches, and sees it with that look. */
function silentNode(platform: PredictionPlatform): Term[] {
  const grace = platform.nodeMonitorGraceSeconds;
  return [
    {
      name: 'node counts as unreachable',
      typical: Math.max(0, grace - MEAN_HEARTBEAT_AGE),
      worst: grace,
      source: SOURCE.controllerManager,
      setBy: byPlatform('nodeMonitorGracePeriod'),
    },
    {
      name: 'node controller notices',
      typical: 2.5,
      worst: 5,
      source: SOURCE.controllerManager,
      setBy: bySoftware('Kubernetes'),
    },
  ];
}

/** Usually long over when the node is given up; at worst counted in full. */
function receiversTimeOut(database: DatabaseFacts): Term {
  return {
    name: 'standbys stop receiving',
    typical: 0,
    worst: database.walReceiverTimeout,
    source: SOURCE.walReceiver,
    setBy: byField(database.object, 'spec.postgresql.parameters.wal_receiver_timeout'),
  };
}

function replacement(input: PredictionInput, api: ApiFacts): Term[] {
  return [...silentNode(input.platform), ...eviction(api), ...apiStart({ ...input, api }), ...apiReady(api)];
}

function eviction({ object, tolerationSeconds }: ApiFacts): Term[] {
  const setBy = byField(object, 'spec.template.spec.tolerations tolerationSeconds');
  return tolerationSeconds === undefined
    ? []
    : [fixed('API pod is evicted from the lost node', tolerationSeconds, SOURCE.taints, setBy)];
}

function apiFigure(input: PredictionInput, primary: Path, block: string | undefined): ClassTerms['api'] {
  const { api } = input;
  if (api === undefined) {
    return undefined;
  }
  const lost =
    api.replicas > 1
      ? path("a replica's node is lost", [...silentNode(input.platform), endpoints('API endpoints follow'), retry()])
      : path("the only replica's node is lost", replacement(input, api));
  if (!api.usesDatabase) {
    return figure([lost], apiBlock(api, 'one node'));
  }
  return figure([path(primary.name, [...primary.terms, ...apiReady(api)]), lost], apiBlock(api, 'one node') ?? block);
}
