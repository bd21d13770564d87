import { App, Chart } from 'cdk8s';
import { describe, expect, it } from 'vitest';
import { ArgoCd, Flux, PhoenixApp, PrivateNamespace, Unit } from '../lib';
import type { HighlyAvailableServiceProps } from '../lib';
import { only, service } from './_build';

const refusal = (define: () => unknown): string => {
  try {
    define();
  } catch (error) {
    return (error as Error).message;
  }
  return '';
};
const manifests = (app: PhoenixApp, unit?: string) =>
  app
    .units()
    .filter(({ name }) => unit === undefined || name === unit)
    .flatMap(({ objects }) => objects.map(({ manifest }) => manifest));
const errors = (app: PhoenixApp) => app.report().findings.filter(({ severity }) => severity === 'error');

describe('the id of a service', () => {
  const ID = 'a'.repeat(64);
  const companions = (name: string) => ({ [name]: { image: 'x/y:1', port: 80, readiness: '/' } });

  it.each<[string, Partial<HighlyAvailableServiceProps>, number, (id: string) => string]>([
    ['everything is on', {}, 36, (id) => `CronJob '${id}-readiness-check' has at most 52`],
    [
      'the readiness check is off',
      { drills: { readiness: false } },
      37,
      (id) => `CronJob '${id}-failover-drill' has at most 52`,
    ],
    ['drills are off', { drills: false }, 39, (id) => `Cluster '${id}-db' has at most 42`],
    [
      'a companion has a long name',
      { companions: companions('c'.repeat(35)) },
      27,
      (id) => `Service '${id}-${'c'.repeat(35)}' has at most 63`,
    ],
  ])('has room for every name that derives from it: where %s', (_when, props, max, because) => {
    const app = new PhoenixApp();
    service(app, ID.slice(0, max), props);
    expect(() => app.files()).not.toThrow();
    const id = ID.slice(0, max + 1);
    expect(refusal(() => service(new PhoenixApp(), id, props))).toBe(
      `${id}: 'id' must have at most ${max} characters, because ${because(id)}, got ${max + 1}`,
    );
  });

  it('is what every later limit of a name is refused at', () => {
    const messages = Array.from({ length: 30 }, (_, i) => ID.slice(0, 35 + i)).flatMap((id) =>
      [{}, { drills: { readiness: false } }, { drills: false }].map((props) =>
        refusal(() => {
          const app = new PhoenixApp();
          service(app, id, props as Partial<HighlyAvailableServiceProps>);
          app.files();
        }),
      ),
    );
    expect(messages.filter((x) => x !== '' && !/^a+: 'id' must have at most \d+ characters/.test(x))).toEqual([]);
    expect(messages.filter((x) => x === '').length).toBe(2 + 3 + 5);
  });

  it('leaves no room for a companion whose name alone is too long', () => {
    expect(refusal(() => service(new App(), 'shop', { companions: companions('c'.repeat(62)) }))).toBe(
      `shop: 'companions' must have at most 61 characters, got 62: '${'c'.repeat(62)}'`,
    );
  });
});

describe('two services in one namespace', () => {
  const both = (app: PhoenixApp) => {
    const shop = service(app, 'shop', { secretsFolder: 'secrets/shop' });
    const bank = service(app, 'bank', {
      namespace: shop.privateNamespace,
      secretsFolder: 'secrets/bank',
      access: { clients: [{ name: 'ops', namespace: 'ops', podLabels: { app: 'ops' } }] },
    });
    return { shop, bank };
  };

  it('share the base of the one that made it, and wait for it', () => {
    const app = new PhoenixApp();
    const { bank } = both(app);
    expect(bank.namespace).toBe('shop');
    const units = new Map(app.units().map((unit) => [unit.name, unit]));
    expect([...units.keys()].filter((name) => name.endsWith('-base'))).toEqual(['shop-base']);
    expect(units.get('bank-secrets')?.dependsOn).toEqual(['shop-base']);
    expect(units.get('bank-monitoring')?.dependsOn).toEqual(['shop-base']);
    expect(manifests(app).filter(({ kind }) => kind === 'Namespace')).toHaveLength(1);
    expect(new Set(manifests(app, 'bank-api').map(({ metadata }) => metadata.namespace))).toEqual(new Set(['shop']));
  });

  it('pass the policy, and both engines take them', () => {
    const app = new PhoenixApp({
      delivery: [
        new Flux({ path: '.' }),
        new ArgoCd({ path: '.', repository: 'https://git.example/x.git', name: 'all' }),
      ],
    });
    both(app);
    expect(errors(app)).toEqual([]);
    expect(() => app.files()).not.toThrow();
  });

  it('have each its Secrets in its own folder', () => {
    const app = new PhoenixApp();
    both(app);
    const page = app.files().find(({ path }) => path === 'docs/secrets.md')?.text;
    expect(page).toContain('secrets/bank/bank-db-owner.sops.yaml');
    expect(page).toContain('secrets/shop/shop-db-owner.sops.yaml');
    expect(page).not.toContain('secrets/shop/bank-');
  });

  it('or share one that is made in a unit of its own', () => {
    const app = new PhoenixApp();
    const namespace = new PrivateNamespace(new Unit(app, 'shared'), 'namespace', { name: 'shared' });
    service(app, 'shop', { namespace, secretsFolder: 'secrets/shop' });
    service(app, 'bank', { namespace, secretsFolder: 'secrets/bank' });
    expect(app.units().map(({ name }) => name)).not.toContain('shop-base');
    expect(app.units().find(({ name }) => name === 'shop-secrets')?.dependsOn).toEqual(['shared']);
    expect(errors(app)).toEqual([]);
  });

  it('are refused where both would make it, with what to write instead', () => {
    const app = new PhoenixApp();
    service(app, 'shop');
    expect(refusal(() => service(app, 'bank', { namespace: 'shop' }))).toBe(
      "bank: 'namespace' must be one that no other service makes, and 'shop' makes 'shop'; to share it, give the " +
        "'privateNamespace' of that service instead of the name",
    );
    expect(() => service(new PhoenixApp(), 'bank', { namespace: 'shop' })).not.toThrow();
  });
});

describe('a service that calls the API of another', () => {
  const calling = () => {
    const app = new PhoenixApp();
    const shop = service(app, 'shop', { secretsFolder: 'secrets/shop' });
    const bank = service(app, 'bank', {
      secretsFolder: 'secrets/bank',
      api: {
        image: 'registry.example/bank:1',
        port: 9000,
        readiness: '/health',
        environment: { SHOP_URL: shop.api.url },
        calls: [shop.api],
      },
      companions: { desk: { image: 'x/y:1', port: 80, readiness: '/', calls: [shop.api] } },
    });
    return { app, shop, bank };
  };

  it('is let out and in, to its pods and its port alone', () => {
    const { app } = calling();
    expect(only(manifests(app, 'bank-api'), 'NetworkPolicy', 'bank-api').spec.egress).toContainEqual({
      to: [
        {
          namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'shop' } },
          podSelector: { matchLabels: { 'app.kubernetes.io/name': 'shop-api' } },
        },
      ],
      ports: [{ port: 8000, protocol: 'TCP' }],
    });
    expect(only(manifests(app, 'shop-api'), 'NetworkPolicy', 'shop-api-from-bank-bank-api').spec.ingress).toEqual([
      {
        from: [
          {
            namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'bank' } },
            podSelector: { matchLabels: { 'app.kubernetes.io/name': 'bank-api' } },
          },
        ],
        ports: [{ port: 8000, protocol: 'TCP' }],
      },
    ]);
    expect(errors(app)).toEqual([]);
  });

  it('stands in the list of those that get through, and a companion calls its own API too', () => {
    const { app } = calling();
    const page = app.files().find(({ path }) => path === 'docs/shop/access/README.md')?.text;
    expect(page).toContain('| bank-bank-api | pods `app.kubernetes.io/name=bank-api` in namespace `bank` | network |');
    expect(page).toContain('| bank-bank-desk |');
    const policies = manifests(app).filter(
      ({ kind, metadata }) => kind === 'NetworkPolicy' && metadata.name.endsWith('bank-desk'),
    );
    expect(policies.map(({ metadata }) => metadata.name).toSorted()).toEqual([
      'bank-api-from-bank-desk',
      'bank-desk',
      'shop-api-from-bank-bank-desk',
    ]);
  });
});

describe('a plain chart', () => {
  it('takes a shared namespace from any chart', () => {
    const app = new App();
    const namespace = new PrivateNamespace(new Chart(app, 'shared'), 'namespace', { name: 'shared' });
    expect(service(app, 'shop', { namespace }).namespace).toBe('shared');
  });
});

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
