import { App } from 'cdk8s';
import { describe, expect, it } from 'vitest';
import { service } from './_build';

describe('a HighlyAvailableService', () => {
  const companion = { image: 'registry.example/dash:1', port: 8080, readiness: '/' };

  it.each(['api', 'access', 'db'])('refuses a companion called %s', (name) => {
    expect(() => service(new App(), 'shop', { companions: { [name]: companion } })).toThrow(
      `shop: 'companions' must have other names than the parts of the service, access, api, db, got '${name}'`,
    );
  });

  it.each(['cnpg-system', 'monitoring'])('refuses to deny by default what runs in %s', (namespace) => {
    expect(() => service(new App(), 'shop', { namespace })).toThrow(
      `shop: 'namespace' must not be that of the operator or of Prometheus, because it denies all traffic by default, got '${namespace}'`,
    );
  });

  it('takes a companion called otherwise', () => {
    expect(service(new App(), 'shop', { companions: { dash: companion } }).companions[0]?.name).toBe('shop-dash');
  });
});
