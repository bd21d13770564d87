import { Duration, Size } from 'cdk8s';
import {
  ArgoCd,
  Bootstrap,
  Flux,
  HighlyAvailableService,
  type HighlyAvailableServiceProps,
  PhoenixApp,
  type PhoenixAppProps,
  Platform,
  type PlatformProps,
  Storage,
} from '../../lib';
import { PrivateAccess } from '../../lib/access/private-access';
import { Runbooks } from '../../lib/docs/runbooks';

export const FACTS: PlatformProps = {
  name: 'threephoenix',
  nodes: ['railiance01', 'railiance02', 'railiance03'],
  kubernetes: '1.34',
  cloudNativePg: '1.30',
  storage: Storage.nodeLocal('local-path'),
};

export const BOTH = () => [
  new Flux({ path: '.', external: { 'cloudnative-pg': {}, 'barman-cloud': {} } }),
  new ArgoCd({ path: '.', repository: 'https://git.example.net/threephoenix/state-hub.git' }),
];

/** State Hub as main.ts has it, with its documents. */
export function stateHub(
  props: Partial<HighlyAvailableServiceProps> = {},
  delivery: PhoenixAppProps['delivery'] = BOTH(),
) {
  const app = new PhoenixApp({ delivery });
  const service = new HighlyAvailableService(app, 'state-hub', {
    platform: new Platform(FACTS),
    database: {
      database: 'state_hub',
      image: 'ghcr.io/cloudnative-pg/postgresql:18.4-standard-trixie',
      storage: Size.gibibytes(20),
      bootstrap: Bootstrap.import({ host: 'state-hub-legacy.example.net', database: 'state_hub', user: 'state_hub' }),
    },
    backup: {
      destination: 's3://threephoenix-state-hub/postgres',
      endpoint: 'https://objects.example.net',
      schedule: '0 17 2 * * *',
      retention: Duration.days(30),
    },
    api: {
      image: 'registry.example.net/state-hub:1.0.0',
      port: 8000,
      extraPorts: { mcp: 8001 },
      replicas: 3,
      readiness: '/state/health',
    },
    companions: { dashboard: { image: 'registry.example.net/dashboard:1.0.0', port: 8080, readiness: '/' } },
    operatorUnits: delivery?.length === 0 ? [] : ['cloudnative-pg', 'barman-cloud'],
    runbooks: 'https://git.example.net/runbooks',
    ...props,
  });
  const access = new PrivateAccess(service.api.node.scope!, 'access', {
    api: service.api,
    companions: service.companions,
    clients: [{ name: 'ops-bridge', namespace: 'ops-bridge', podLabels: { 'app.kubernetes.io/name': 'ops-bridge' } }],
    operators: [{ name: 'operators', group: 'state-hub-operators' }],
    mcp: { command: 'state-hub-mcp' },
  });
  const runbooks = new Runbooks(service, 'runbooks', {
    database: service.database,
    backupSchedule: service.backupSchedule,
    api: service.api,
    companions: service.companions,
    alerts: service.monitoring?.alerts ?? [],
    access,
  });
  return { app, service, access, runbooks };
}
