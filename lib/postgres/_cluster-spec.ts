import {
  type ClusterSpec,
  type ClusterSpecBootstrap,
  ClusterSpecBootstrapInitdbImportType,
  type ClusterSpecExternalClusters,
  ClusterSpecLogLevel,
  ClusterSpecPostgresqlSynchronousDataDurability,
  ClusterSpecPostgresqlSynchronousMethod,
  ClusterSpecPrimaryUpdateMethod,
  ClusterSpecPrimaryUpdateStrategy,
  ClusterSpecProbesReadinessType,
  ClusterSpecProbesStartupType,
  ClusterSpecResourcesLimits as Limits,
  ClusterSpecResourcesRequests as Requests,
} from '../../imports/postgresql.cnpg.io';
import { cpuQuantity, sizeQuantity } from '../_quantity';
import { podTolerations, zoneSpread } from '../platform/placement';
import { BARMAN_PLUGIN } from './_barman';
import type { PostgresCluster } from './postgres-cluster';

/** The whole Cluster in one place. Defaults that a webhook would add to a list are written out. */
export function clusterSpec(cluster: PostgresCluster): ClusterSpec {
  const { storageClass } = cluster.platform.storage;
  const cpu = cpuQuantity(cluster, 'cpu', cluster.cpu);
  const memory = sizeQuantity(cluster, 'memory', cluster.memory);
  const { primaryLease, ...delays } = cluster.timings;
  return {
    instances: cluster.instances,
    imageName: cluster.image,
    priorityClassName: cluster.priorityClassName,
    logLevel: ClusterSpecLogLevel.INFO,
    enablePdb: true,
    enableSuperuserAccess: false,
    primaryUpdateStrategy: ClusterSpecPrimaryUpdateStrategy.UNSUPERVISED,
    // 'switchover' would be quicker, but then the webhook refuses a commit that changes image and parameters together.
    primaryUpdateMethod: ClusterSpecPrimaryUpdateMethod.RESTART,
    ...delays,
    primaryLease,
    affinity: {
      enablePodAntiAffinity: true,
      podAntiAffinityType: 'required',
      topologyKey: 'kubernetes.io/hostname',
      nodeSelector: cluster.placement.nodeSelector,
      tolerations: podTolerations(cluster.placement),
    },
    topologySpreadConstraints: zoneSpread(cluster.platform, cluster.placement, {
      labelSelector: { matchLabels: cluster.podLabels },
    }),
    resources: {
      requests: { cpu: Requests.fromString(cpu), memory: Requests.fromString(memory) },
      limits: { cpu: Limits.fromString(cpu), memory: Limits.fromString(memory) },
    },
    storage: { size: sizeQuantity(cluster, 'storage', cluster.storage), storageClass, resizeInUseVolumes: true },
    walStorage: {
      size: sizeQuantity(cluster, 'walStorage', cluster.walStorage),
      storageClass,
      resizeInUseVolumes: true,
    },
    postgresql: {
      parameters: cluster.parameters,
      synchronous: {
        method: ClusterSpecPostgresqlSynchronousMethod.ANY,
        number: cluster.synchronous.number,
        dataDurability: ClusterSpecPostgresqlSynchronousDataDurability.REQUIRED,
        failoverQuorum: cluster.synchronous.failoverQuorum,
      },
      pgHba: accessRules(cluster.drillRole),
    },
    replicationSlots: {
      highAvailability: { enabled: true, slotPrefix: '_cnpg_' },
      synchronizeReplicas: { enabled: true },
      updateInterval: 30,
    },
    probes: {
      startup: { type: ClusterSpecProbesStartupType.PG_UNDERSCORE_ISREADY },
      // 'streaming' would make standbys unready when the primary dies, and then nothing is promoted.
      readiness: { type: ClusterSpecProbesReadinessType.PG_UNDERSCORE_ISREADY },
      liveness: { isolationCheck: { enabled: true, requestTimeout: 1000, connectionTimeout: 1000 } },
    },
    monitoring: {
      disableDefaultQueries: false,
      customQueriesConfigMap: [{ name: 'cnpg-default-monitoring', key: 'queries' }],
    },
    plugins: [
      {
        name: BARMAN_PLUGIN,
        enabled: true,
        isWalArchiver: true,
        parameters: { barmanObjectName: cluster.objectStore.name, serverName: cluster.serverName },
      },
    ],
    bootstrap: bootstrapSpec(cluster),
    externalClusters: externalClusters(cluster),
  };
}

/** TLS for everybody; the drill role with its certificate, into its own database and no other. */
function accessRules(drillRole: string): string[] {
  return [
    'hostnossl all all all reject',
    `hostssl ${drillRole} ${drillRole} all cert`,
    `host all ${drillRole} all reject`,
    `host ${drillRole} all all reject`,
  ];
}

function bootstrapSpec(cluster: PostgresCluster): ClusterSpecBootstrap {
  const { bootstrap, database, owner } = cluster;
  const secret = { name: cluster.credentials.name };
  if (bootstrap.method === 'recovery') {
    const { targetTime } = bootstrap.source;
    return {
      recovery: {
        source: 'origin',
        database,
        owner,
        secret,
        ...(targetTime ? { recoveryTarget: { targetTime } } : {}),
      },
    };
  }
  return {
    initdb: {
      database,
      owner,
      secret,
      dataChecksums: true,
      encoding: 'UTF8',
      localeCollate: 'C',
      localeCType: 'C',
      import:
        bootstrap.method === 'import'
          ? {
              type: ClusterSpecBootstrapInitdbImportType.MICROSERVICE,
              databases: [bootstrap.source.database],
              source: { externalCluster: 'origin' },
            }
          : undefined,
    },
  };
}

function externalClusters(cluster: PostgresCluster): ClusterSpecExternalClusters[] | undefined {
  const { bootstrap, importCredentials } = cluster;
  if (bootstrap.method === 'recovery') {
    const parameters = { barmanObjectName: cluster.objectStore.name, serverName: bootstrap.source.serverName };
    return [{ name: 'origin', plugin: { name: BARMAN_PLUGIN, enabled: true, isWalArchiver: false, parameters } }];
  }
  if (bootstrap.method === 'import' && importCredentials !== undefined) {
    const { host, port = 5432, database, user, sslMode = 'verify-full' } = bootstrap.source;
    return [
      {
        name: 'origin',
        connectionParameters: { host, port: `${port}`, dbname: database, user, sslmode: sslMode },
        password: importCredentials.ref('password'),
        sslRootCert: importCredentials.ref('ca.crt'),
      },
    ];
  }
  return undefined;
}
