import { App, Chart, Duration, Size } from 'cdk8s';
import {
  ApiService,
  type ApiServiceProps,
  BackupSchedule,
  type PlatformProps,
  type PostgresClusterProps,
} from '../../lib';
import type { PredictedParts } from '../../lib/platform/read-input';
import { cluster, objectStore, platform } from '../_build';

export interface Parts extends PredictedParts {
  readonly objectStore: NonNullable<PredictedParts['objectStore']>;
  readonly backupSchedule: BackupSchedule;
  readonly api: ApiService;
}

/** State Hub's database, backup and API, as `main.ts` declares them, without the units around them. */
export function stateHub(
  props: {
    platform?: Partial<PlatformProps>;
    api?: Partial<ApiServiceProps>;
    database?: Partial<PostgresClusterProps>;
    schedule?: string;
  } = {},
): Parts {
  const scope = new Chart(new App(), 'state-hub', { namespace: 'state-hub' });
  const threePhoenix = platform({
    name: 'threephoenix',
    nodes: ['railiance01', 'railiance02', 'railiance03'],
    ...props.platform,
  });
  const store = objectStore(scope, { retention: Duration.days(30) });
  const database = cluster(scope, {
    platform: threePhoenix,
    name: 'state-hub-db',
    database: 'state_hub',
    storage: Size.gibibytes(20),
    memory: Size.gibibytes(2),
    objectStore: store,
    ...props.database,
  });
  return {
    platform: threePhoenix,
    database,
    objectStore: store,
    backupSchedule: new BackupSchedule(scope, 'schedule', {
      cluster: database,
      schedule: props.schedule ?? '0 17 2 * * *',
    }),
    api: new ApiService(scope, 'api', {
      platform: threePhoenix,
      name: 'state-hub-api',
      image: 'registry.example/state-hub:1.0.0',
      port: 8000,
      replicas: 3,
      readiness: '/state/health',
      database,
      ...props.api,
    }),
  };
}
