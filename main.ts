import { Duration, Size } from 'cdk8s';
import { Cpu } from 'cdk8s-plus-28';
import { ArgoCd, Bootstrap, Flux, HighlyAvailableService, PhoenixApp, Platform, Storage } from './lib';

const app = new PhoenixApp({
  delivery: [
    new Flux({ path: '.', external: { 'cloudnative-pg': {}, 'barman-cloud': {} } }),
    new ArgoCd({ path: '.', repository: 'https://git.example.net/threephoenix/state-hub.git' }),
  ],
});

const threePhoenix = new Platform({
  name: 'threephoenix',
  nodes: ['railiance01', 'railiance02', 'railiance03'],
  kubernetes: '1.34',
  cloudNativePg: '1.30',
  barmanCloudPlugin: '0.14',
  storage: Storage.nodeLocal('local-path'),
});

new HighlyAvailableService(app, 'state-hub', {
  platform: threePhoenix,
  objectives: {
    instanceLoss: { rpo: Duration.seconds(0), rto: Duration.minutes(1) },
    nodeLoss: { rpo: Duration.seconds(0), rto: Duration.minutes(2) },
    clusterLoss: { rpo: Duration.minutes(6), rto: Duration.minutes(30) },
    humanError: { rpo: Duration.minutes(6), rto: Duration.minutes(45) },
  },
  database: {
    database: 'state_hub',
    image:
      'ghcr.io/cloudnative-pg/postgresql:18.4-standard-trixie@sha256:7259c775ce18bdf668f17a68accb78e5bcc8074bbea9c8cdac974a8a8525a173',
    storage: Size.gibibytes(20),
    cpu: Cpu.units(1),
    memory: Size.gibibytes(2),
    bootstrap: Bootstrap.import({ host: 'state-hub-legacy.example.net', database: 'state_hub', user: 'state_hub' }),
  },
  backup: {
    destination: 's3://threephoenix-state-hub/postgres',
    endpoint: 'https://objects.example.net',
    schedule: '0 17 2 * * *',
    retention: Duration.days(30),
  },
  api: {
    image:
      'registry.example.net/state-hub:1.0.0@sha256:0000000000000000000000000000000000000000000000000000000000000000',
    port: 8000,
    extraPorts: { mcp: 8001 },
    replicas: 3,
    readiness: '/state/health',
    metrics: {},
    databaseUrlVariable: 'DATABASE_URL',
    databaseTimeout: Duration.seconds(10),
    memory: Size.mebibytes(512),
    cpu: Cpu.millis(250),
    user: 10001,
  },
  companions: {
    dashboard: {
      image:
        'registry.example.net/state-hub-dashboard:1.0.0@sha256:0000000000000000000000000000000000000000000000000000000000000000',
      port: 8080,
      readiness: '/',
      user: 10001,
    },
  },
  access: {
    clients: [{ name: 'ops-bridge', namespace: 'ops-bridge', podLabels: { 'app.kubernetes.io/name': 'ops-bridge' } }],
    operators: [{ name: 'operators', group: 'oidc:state-hub-operators' }],
    mcp: { command: 'state-hub-mcp' },
  },
  drills: { failover: { probes: [{ path: '/state/summary' }] } },
  operatorUnits: ['cloudnative-pg', 'barman-cloud'],
  runbooks: 'https://git.example.net/threephoenix/state-hub/src/branch/main/dist/docs/state-hub/runbooks',
});

app.synth();
