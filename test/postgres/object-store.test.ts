import { Duration, Testing } from 'cdk8s';
import { describe, expect, it } from 'vitest';
import { chart, objectStore, only } from '../_build';

const synth = (props: Parameters<typeof objectStore>[1] = {}) => {
  const scope = chart();
  objectStore(scope, props);
  return only(Testing.synth(scope), 'ObjectStore');
};

describe('an ObjectStore', () => {
  it('keeps base backups for the retention, in the form the plugin reads', () => {
    expect(synth({ retention: Duration.days(45) }).spec.retentionPolicy).toBe('45d');
    expect(synth({ retention: Duration.hours(48) }).spec.retentionPolicy).toBe('2d');
  });

  it('leaves serverName to the cluster, because the CRD refuses it here', () => {
    expect(synth().spec.configuration).not.toHaveProperty('serverName');
  });

  it('gives the sidecar equal requests and limits, or the database pod loses its Guaranteed QoS', () => {
    const { requests, limits } = synth().spec.instanceSidecarConfiguration.resources;
    expect(requests).toEqual(limits);
  });

  it('turns off checksums that S3-compatible services do not know, for them only', () => {
    const names = (manifest: any) => (manifest.spec.instanceSidecarConfiguration.env ?? []).map((v: any) => v.name);
    expect(names(synth({ endpoint: 'https://minio.example' }))).toEqual([
      'AWS_REQUEST_CHECKSUM_CALCULATION',
      'AWS_RESPONSE_CHECKSUM_VALIDATION',
    ]);
    expect(names(synth())).toEqual([]);
    expect(names(synth({ region: 'eu-central-1' }))).toEqual(['AWS_DEFAULT_REGION']);
  });

  it('reads the port from the endpoint', () => {
    const store = (endpoint?: string) => objectStore(chart(), endpoint === undefined ? {} : { endpoint }).port;
    expect([store(), store('https://s3.example'), store('https://s3.example:9000/')]).toEqual([443, 443, 9000]);
  });

  it.each<[string, Parameters<typeof objectStore>[1], string]>([
    [
      'a retention of less than a day',
      { retention: Duration.hours(12) },
      "test/store: 'retention' must be a whole number of days, at least 1, got 12 hours",
    ],
    [
      'no retention at all',
      { retention: Duration.days(0) },
      "'retention' must be a whole number of days, at least 1, got",
    ],
    [
      'a retention of a day and a half',
      { retention: Duration.hours(36) },
      "'retention' must be a whole number of days",
    ],
    [
      'data compression that only WAL can have',
      { dataCompression: 'zstd' as never },
      "'dataCompression' must be one of bzip2, gzip, lz4, snappy, got 'zstd'",
    ],
    [
      'WAL compression that does not exist',
      { walCompression: 'rar' as never },
      "'walCompression' must be one of bzip2, gzip, lz4, snappy, xz, zstd, got 'rar'",
    ],
    [
      'a destination that is no bucket',
      { destination: '/backups' },
      "'destination' must be a bucket with an optional path, 's3://bucket/path', got '/backups'",
    ],
    [
      'an endpoint without TLS',
      { endpoint: 'http://minio.example' },
      "'endpoint' must be 'https://host' or 'https://host:port'",
    ],
    [
      'a path in the endpoint',
      { endpoint: 'https://minio.example/path' },
      "'endpoint' must be 'https://host' or 'https://host:port'",
    ],
    ['a name that is no label', { name: 'Store_1' }, "'name' must use lower-case letters, digits and dashes"],
  ])('fails for %s', (_, props, message) => {
    expect(() => objectStore(chart(), props)).toThrow(message);
  });
});
