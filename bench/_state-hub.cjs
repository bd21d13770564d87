// A service of State Hub's size, with a name of its own.
const { Duration, Size } = require('cdk8s');
const { HighlyAvailableService, Platform, Storage } = require('../build/lib');

const platform = new Platform({
  name: 'bench',
  nodes: ['node-1', 'node-2', 'node-3'],
  kubernetes: '1.34',
  cloudNativePg: '1.30',
  storage: Storage.nodeLocal('local-path'),
});

exports.stateHub = (scope, id) =>
  new HighlyAvailableService(scope, id, {
    platform,
    database: {
      database: 'state_hub',
      image: 'ghcr.io/cloudnative-pg/postgresql:18.4-standard-trixie@sha256:' + '0'.repeat(64),
      storage: Size.gibibytes(20),
    },
    backup: {
      destination: 's3://bench/postgres',
      endpoint: 'https://objects.example.net',
      schedule: '0 17 2 * * *',
      retention: Duration.days(30),
    },
    api: {
      image: 'registry.example.net/state-hub:1.0.0@sha256:' + '0'.repeat(64),
      port: 8000,
      extraPorts: { mcp: 8001 },
      replicas: 3,
      readiness: '/state/health',
      metrics: {},
      databaseTimeout: Duration.seconds(10),
      databaseUrlVariable: 'DATABASE_URL',
    },
    companions: {
      dashboard: { image: 'registry.example.net/dashboard:1.0.0@sha256:' + '0'.repeat(64), port: 8080, readiness: '/' },
    },
    access: { clients: [{ name: 'ops-bridge', namespace: 'ops-bridge', podLabels: { app: 'ops-bridge' } }] },
    runbooks: 'https://git.example.net/docs',
    secretsFolder: `secrets/${id}`,
  });
