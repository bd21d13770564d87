import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, Chart, Duration, Size } from 'cdk8s';
import { afterAll } from 'vitest';
import { rmSync } from 'node:fs';
import {
  type ApiServiceProps,
  type HighlyAvailableServiceProps,
  ApiService,
  HighlyAvailableService,
  ObjectStore,
  type ObjectStoreProps,
  Platform,
  type PlatformProps,
  PostgresCluster,
  type PostgresClusterProps,
  Storage,
} from '../lib';
import type { Manifest } from '../lib';

export const IMAGE = 'ghcr.io/cloudnative-pg/postgresql:18.4-standard-trixie';

export function platform(props: Partial<PlatformProps> = {}): Platform {
  return new Platform({
    name: 'test',
    nodes: ['node-1', 'node-2', 'node-3'],
    kubernetes: '1.34',
    cloudNativePg: '1.30',
    storage: Storage.nodeLocal('local-path'),
    ...props,
  });
}

/** A plain cdk8s chart in a plain App, as other people's programs have it. */
export function chart(namespace = 'shop'): Chart {
  return new Chart(new App(), 'test', { namespace });
}

export function objectStore(scope: Chart, props: Partial<ObjectStoreProps> = {}): ObjectStore {
  return new ObjectStore(scope, 'store', {
    name: 'db-backup',
    destination: 's3://bucket/postgres',
    retention: Duration.days(30),
    ...props,
  });
}

export function cluster(scope: Chart, props: Partial<PostgresClusterProps> = {}, id = 'db'): PostgresCluster {
  return new PostgresCluster(scope, id, {
    platform: platform(),
    name: 'shop-db',
    database: 'shop',
    image: IMAGE,
    storage: Size.gibibytes(20),
    objectStore: props.objectStore ?? objectStore(scope),
    ...props,
  });
}

export function api(scope: Chart, props: Partial<ApiServiceProps> = {}, id = 'api'): ApiService {
  return new ApiService(scope, id, {
    platform: platform(),
    name: 'shop-api',
    image: 'registry.example/shop:1.2.3',
    port: 8000,
    readiness: '/health',
    ...props,
  });
}

export function serviceProps(props: Partial<HighlyAvailableServiceProps> = {}): HighlyAvailableServiceProps {
  return {
    platform: platform(),
    database: { database: 'shop', image: IMAGE, storage: Size.gibibytes(20) },
    backup: { destination: 's3://bucket/postgres', schedule: '0 17 2 * * *', retention: Duration.days(30) },
    api: { image: 'registry.example/shop:1.2.3', port: 8000, readiness: '/health' },
    runbooks: 'https://git.example/docs',
    ...props,
  };
}

export function service(
  scope: App,
  id = 'shop',
  props: Partial<HighlyAvailableServiceProps> = {},
): HighlyAvailableService {
  return new HighlyAvailableService(scope, id, serviceProps(props));
}

/** The one manifest of this kind, and of this name if given. */
export function only(manifests: readonly Manifest[], kind: string, name?: string): any {
  const found = manifests.filter((m) => m.kind === kind && (name === undefined || m.metadata.name === name));
  if (found.length !== 1) {
    throw new Error(
      `${found.length} of kind ${kind}: ${manifests.map((m) => `${m.kind}/${m.metadata.name}`).join(', ')}`,
    );
  }
  return found[0];
}

/** A folder that is gone after the test file. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'phoenix-test-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}
