import { Duration, Size } from 'cdk8s';
import { Construct } from 'constructs';
import {
  ApiService,
  ArgoCd,
  BackupSchedule,
  Bootstrap,
  Flux,
  Monitoring,
  ObjectStore,
  PhoenixApp,
  type PhoenixAppProps,
  Platform,
  type PlatformProps,
  PostgresCluster,
  PrivateNamespace,
  Storage,
  Unit,
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

export interface Variant {
  readonly platform?: Platform;
  readonly namespace?: string;
  /** `writes`: it has the database's password too. */
  readonly companion?: boolean | 'writes';
  readonly storage?: Size;
  readonly generation?: number;
  readonly bootstrap?: Bootstrap;
  readonly delivery?: PhoenixAppProps['delivery'];
}

/** A service like State Hub from the public parts, with its documents and without the composite that joins them. */
export function stateHub(variant: Variant = {}) {
  const { platform = new Platform(FACTS), namespace = 'state-hub', delivery = BOTH() } = variant;
  const app = new PhoenixApp({ delivery });
  const scope = new Construct(app, 'state-hub');
  const base = new Unit(scope, 'base');
  new PrivateNamespace(base, 'namespace', { name: namespace });
  const secrets = new Unit(scope, 'secrets', { namespace, folder: 'secrets' });
  secrets.addDependency(base);
  const dependsOnExternal = delivery.length === 0 ? [] : ['cloudnative-pg', 'barman-cloud'];
  const data = new Unit(scope, 'database', { namespace, dependsOnExternal });
  data.addDependency(secrets);
  const objectStore = new ObjectStore(data, 'backup', {
    name: 'state-hub-db-backup',
    destination: 's3://threephoenix-state-hub/postgres',
    endpoint: 'https://objects.example.net',
    retention: Duration.days(30),
  });
  const database = new PostgresCluster(data, 'cluster', {
    platform,
    objectStore,
    name: 'state-hub-db',
    database: 'state_hub',
    image: 'ghcr.io/cloudnative-pg/postgresql:18.4-standard-trixie',
    storage: variant.storage ?? Size.gibibytes(20),
    generation: variant.generation ?? 1,
    bootstrap:
      variant.bootstrap ??
      Bootstrap.import({ host: 'state-hub-legacy.example.net', database: 'state_hub', user: 'state_hub' }),
  });
  const backupSchedule = new BackupSchedule(data, 'schedule', { cluster: database, schedule: '0 17 2 * * *' });
  const serving = new Unit(scope, 'api', { namespace });
  serving.addDependency(data);
  const part = { platform, service: 'state-hub' };
  const api = new ApiService(serving, 'api', {
    ...part,
    database,
    name: 'state-hub-api',
    image: 'registry.example.net/state-hub:1.0.0',
    port: 8000,
    extraPorts: { mcp: 8001 },
    replicas: 3,
    readiness: '/state/health',
  });
  const companions =
    variant.companion === false
      ? []
      : [
          new ApiService(serving, 'dashboard', {
            ...part,
            name: 'state-hub-dashboard',
            image: 'registry.example.net/dashboard:1.0.0',
            port: 8080,
            readiness: '/',
            calls: [api],
            ...(variant.companion === 'writes' ? { database } : {}),
          }),
        ];
  const access = new PrivateAccess(serving, 'access', {
    api,
    companions,
    clients: [{ name: 'ops-bridge', namespace: 'ops-bridge', podLabels: { 'app.kubernetes.io/name': 'ops-bridge' } }],
    operators: [{ name: 'operators', group: 'state-hub-operators' }],
    mcp: { command: 'state-hub-mcp' },
  });
  const parts = { database, backupSchedule, api, companions };
  const monitoring = platform.monitoringNamespace === false ? undefined : monitor(scope, base, namespace, parts);
  const runbooks = new Runbooks(scope, 'runbooks', { ...parts, alerts: monitoring?.alerts ?? [], access });
  return { app, scope, access, monitoring, runbooks, ...parts };
}

interface Parts {
  readonly database: PostgresCluster;
  readonly backupSchedule: BackupSchedule;
  readonly api: ApiService;
  readonly companions: readonly ApiService[];
}

function monitor(scope: Construct, base: Unit, namespace: string, parts: Parts): Monitoring {
  const watching = new Unit(scope, 'monitoring', { namespace, role: 'monitoring' });
  watching.addDependency(base);
  return new Monitoring(watching, 'monitoring', {
    ...parts,
    name: 'state-hub',
    runbooks: 'https://git.example.net/runbooks',
  });
}
