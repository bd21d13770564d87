import { Testing } from 'cdk8s';
import { describe, expect, it } from 'vitest';
import { Bootstrap, RequiredSecret } from '../../lib';
import { chart, cluster, only } from '../_build';

const spec = (props: Parameters<typeof cluster>[1] = {}) => {
  const scope = chart();
  cluster(scope, props);
  return only(Testing.synth(scope), 'Cluster').spec;
};

describe('bootstrap', () => {
  it('imports one database from the old server, with its certificate verified', () => {
    const { bootstrap, externalClusters } = spec({
      bootstrap: Bootstrap.import({ host: 'old.example', database: 'shop', user: 'reader', port: 5433 }),
    });
    expect(bootstrap.initdb.import).toEqual({
      type: 'microservice',
      databases: ['shop'],
      source: { externalCluster: 'origin' },
    });
    expect(externalClusters).toEqual([
      {
        name: 'origin',
        connectionParameters: {
          host: 'old.example',
          port: '5433',
          dbname: 'shop',
          user: 'reader',
          sslmode: 'verify-full',
        },
        password: { name: 'shop-db-import', key: 'password' },
        sslRootCert: { name: 'shop-db-import', key: 'ca.crt' },
      },
    ]);
  });

  it('opens the way to the old server, and asks for the Secret, only while importing', () => {
    const scope = chart();
    cluster(scope, {
      bootstrap: Bootstrap.import({ host: 'old.example', database: 'shop', user: 'reader', port: 6000 }),
    });
    expect(JSON.stringify(only(Testing.synth(scope), 'NetworkPolicy').spec.egress)).toContain('6000');
    expect(RequiredSecret.findAll(scope).map((secret) => secret.name)).toContain('shop-db-import');
    const plain = chart();
    cluster(plain);
    expect(RequiredSecret.findAll(plain).map((secret) => secret.name)).toEqual(['db-backup', 'shop-db-owner']);
  });

  it('restores under the names of the source and archives to the next generation', () => {
    const { bootstrap, externalClusters, plugins } = spec({
      generation: 2,
      bootstrap: Bootstrap.recovery({ serverName: 'shop-db-1', targetTime: '2026-11-23T04:15:00Z' }),
    });
    expect(bootstrap).toEqual({
      recovery: {
        source: 'origin',
        database: 'shop',
        owner: 'shop',
        secret: { name: 'shop-db-owner' },
        recoveryTarget: { targetTime: '2026-11-23T04:15:00Z' },
      },
    });
    expect(externalClusters[0].plugin).toEqual({
      name: 'barman-cloud.cloudnative-pg.io',
      enabled: true,
      isWALArchiver: false,
      parameters: { barmanObjectName: 'db-backup', serverName: 'shop-db-1' },
    });
    expect(plugins[0].parameters.serverName).toBe('shop-db-2');
  });

  it.each([
    [
      { bootstrap: Bootstrap.recovery({ serverName: 'shop-db-1' }) },
      "raise 'generation', or the restore ends with 'Expected empty archive'",
    ],
    [
      { generation: 2, bootstrap: Bootstrap.recovery({ serverName: 'shop-db-1', targetTime: 'yesterday' }) },
      "'bootstrap.targetTime' must be RFC 3339 with a zone, such as '2026-11-23T04:15:00Z', got 'yesterday'",
    ],
    [
      {
        generation: 2,
        bootstrap: Bootstrap.recovery({ serverName: 'shop-db-1', targetTime: '2026-02-31T04:15:00Z' }),
      },
      "'bootstrap.targetTime' must be RFC 3339 with a zone, such as '2026-11-23T04:15:00Z', got '2026-02-31T04:15:00Z'",
    ],
    [
      { bootstrap: Bootstrap.import({ host: 'old', database: 'shop', user: 'x', sslMode: 'require' as never }) },
      "test/db: 'bootstrap.sslMode' must be 'verify-full' or 'verify-ca', because the whole database crosses the network, got 'require'",
    ],
    [
      { bootstrap: Bootstrap.import({ host: 'old host', database: 'shop', user: 'x' }) },
      "'bootstrap.host' must be one word without quotes, got 'old host'",
    ],
  ])('fails for a bootstrap that cannot work: %#', (props, message) => {
    expect(() => cluster(chart(), props)).toThrow(message);
  });
});
