import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type CheckOptions, checkManifests } from '../../lib/policy/check';
import { findingLine } from '../../lib/policy/finding';
import { customKinds } from '../../lib/policy/schema/custom-kinds';
import { type KindEntry, builtInKinds } from '../../lib/policy/schema/_catalog';
import { rules } from '../../lib/policy/registry';
import type { PolicyRule } from '../../lib/policy/rule';
import { mutant, randomFrom } from './_mutants';
import { set } from './_set';
import { stateHub, threePhoenix } from './state-hub';

const database = {
  apiVersion: 'postgresql.cnpg.io/v1',
  kind: 'Database',
  metadata: { name: 'shop', namespace: 'shop' },
  spec: { name: 'shop', owner: 'shop', cluster: { name: 'db' } },
};
const settings = {
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name: 'settings', namespace: 'shop' },
  data: { a: '1' },
};

function check(objects: readonly unknown[], options: CheckOptions = {}) {
  return checkManifests(
    objects.map((manifest) => ({ manifest })),
    { rules: [], ...options },
  );
}

const names = new Set(rules.map(({ name }) => name));

const SCHEMA_WORDS = [
  'type',
  'properties',
  'items',
  'additionalProperties',
  'required',
  'enum',
  'pattern',
  'minimum',
  'x-kubernetes-list-type',
  'x-kubernetes-list-map-keys',
  'x-kubernetes-validations',
  'oneOf',
  'not',
  'format',
];

describe('the layers', () => {
  it('count what passed, and find nothing in a valid object', () => {
    expect(check([settings])).toMatchObject({ objects: 1, passed: 1, failed: 0, findings: [], skipped: [] });
  });

  it('find an unknown field and say which is meant', () => {
    const [finding] = check([set(settings, 'dat', {})]).findings;
    expect(finding).toMatchObject({ rule: 'schema', severity: 'error', path: 'dat' });
    expect(finding?.fix).toContain('data');
  });

  it("run a CRD's CEL rules, and count those that compare with the cluster as skipped", () => {
    const good = check([database]);
    expect(good.findings).toEqual([]);
    expect(good.skipped.map(({ rule }) => rule)).toContain('cel');

    const [finding] = check([set(database, 'spec.name', 'postgres')]).findings;
    expect(finding).toMatchObject({ rule: 'cel', path: 'spec.name' });
    expect(finding?.message).toContain('postgres');
  });

  it('do not run CEL or rules on what the schema refused, and count those rules as skipped', () => {
    const report = checkManifests([{ manifest: set(set(database, 'spec.name', 'postgres'), 'spec.onwer', 'x') }]);
    expect(report.findings.map(({ rule }) => rule)).toEqual(['schema']);
    expect(report.skipped.filter(({ reason }) => reason === 'its schema is not valid').length).toBeGreaterThan(3);
  });

  it('apply webhook defaults before CEL: durability is required where nobody wrote it', () => {
    const spec = { instances: 3, storage: { size: '1Gi' }, postgresql: { synchronous: { method: 'any', number: 1 } } };
    const cluster = {
      apiVersion: 'postgresql.cnpg.io/v1',
      kind: 'Cluster',
      metadata: { name: 'db', namespace: 'shop' },
      spec,
    };
    expect(check([cluster]).findings).toEqual([]);
  });

  it('refuse a field that is newer than the target, and only there', () => {
    const pod = {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'a', namespace: 'shop' },
      spec: { containers: [{ name: 'a', image: 'a:1', lifecycle: { preStop: { sleep: { seconds: 5 } } } }] },
    };
    expect(check([pod], { platform: { kubernetes: '1.28' } }).findings).toMatchObject([
      { rule: 'target-version', severity: 'error' },
    ]);
    expect(check([pod], { platform: { kubernetes: '1.29' } }).findings).toMatchObject([
      { rule: 'target-version', severity: 'warning' },
    ]);
    for (const kubernetes of ['1.30', '1.31', '1.34']) {
      expect(check([pod], { platform: { kubernetes } }).findings).toEqual([]);
    }
  });

  it('say of no name that it leads nowhere where a file is missing', () => {
    const some = rules.filter(({ name }) => name === 'cluster-exists');
    expect(check([database], { rules: some }).findings).toMatchObject([{ rule: 'cluster-exists' }]);
    expect(check([database], { rules: some, incomplete: true })).toMatchObject({
      findings: [],
      skipped: expect.arrayContaining([
        expect.objectContaining({ reason: 'a file that may hold what is named cannot be read' }),
      ]) as unknown,
    });
  });

  it('count a value that is filled in later as not judged, and judge the rest', () => {
    const service = (address: string) => ({
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: 'lb', namespace: 'shop' },
      spec: { externalIPs: [address], ports: [{ port: 80 }] },
    });
    expect(check([service('${ADDRESS}')])).toMatchObject({
      findings: [],
      skipped: [{ rule: 'schema', reason: 'it holds a variable that is filled in when it is applied' }],
    });
    expect(check([set(service('${ADDRESS}'), 'spec.prots', [])]).findings).toMatchObject([{ path: 'spec.prots' }]);
    expect(check([service('$ADDRESS')]).findings).toMatchObject([{ path: 'spec.externalIPs[0]' }]);
  });

  it('refuse such a field also deep inside a definition that holds itself', () => {
    const nested = {
      type: 'object',
      properties: {
        a: {
          type: 'object',
          properties: { b: { type: 'string', 'x-kubernetes-validations': [{ rule: 'true', optionalOldSelf: true }] } },
        },
      },
    };
    const definition = {
      apiVersion: 'apiextensions.k8s.io/v1',
      kind: 'CustomResourceDefinition',
      metadata: { name: 'shops.example.net' },
      spec: {
        group: 'example.net',
        names: { kind: 'Shop', plural: 'shops' },
        scope: 'Namespaced',
        versions: [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: nested } }],
      },
    };
    expect(check([definition], { platform: { kubernetes: '1.28' } }).findings).toMatchObject([
      {
        rule: 'target-version',
        path: "spec.versions[v1].schema.openAPIV3Schema.properties.a.properties.b['x-kubernetes-validations'][0].optionalOldSelf",
      },
    ]);
    expect(check([definition], { platform: { kubernetes: '1.32' } }).findings).toEqual([]);
  });

  const cluster = (spec: object) => ({
    apiVersion: 'postgresql.cnpg.io/v1',
    kind: 'Cluster',
    metadata: { name: 'db', namespace: 'shop' },
    spec: { instances: 3, storage: { size: '1Gi' }, ...spec },
  });
  const role = {
    apiVersion: 'postgresql.cnpg.io/v1',
    kind: 'DatabaseRole',
    metadata: { name: 'web', namespace: 'shop' },
    spec: { name: 'web', cluster: { name: 'db' } },
  };
  const pooler = (pgbouncer: object) => ({
    apiVersion: 'postgresql.cnpg.io/v1',
    kind: 'Pooler',
    metadata: { name: 'pool', namespace: 'shop' },
    spec: { cluster: { name: 'db' }, pgbouncer: { poolMode: 'session', ...pgbouncer } },
  });
  const catalog = { apiGroup: 'postgresql.cnpg.io', kind: 'ImageCatalog', name: 'images', key: 'pgbouncer' };
  const synchronous = { method: 'any', number: 1, podFailureDomainKeys: ['zone'] };
  const barman = { barmanObjectStore: { destinationPath: 's3://a/b' } };

  it.each([
    ['', role, { '1.29': "kind 'DatabaseRole' does not exist in CloudNativePG 1.29; 1.30 has it" }],
    ['spec.primaryLease', cluster({ primaryLease: {} }), { '1.29': '1.30 has it' }],
    ['spec.pgbouncer.imageCatalogRef', pooler({ imageCatalogRef: catalog }), { '1.29': '1.30 has it' }],
    [
      'spec.postgresql.synchronous.podFailureDomainKeys',
      cluster({ postgresql: { synchronous } }),
      { '1.29': '1.31 has it', '1.30': '1.31 has it' },
    ],
    [
      'spec.automountServiceAccountToken',
      cluster({ automountServiceAccountToken: false }),
      { '1.29': '1.31 has it', '1.30': '1.31 has it' },
    ],
    ['spec.backup.barmanObjectStore', cluster({ backup: barman }), { '1.31': '1.31 removed it' }],
    [
      'spec.externalClusters[old].barmanObjectStore',
      cluster({ externalClusters: [{ name: 'old', ...barman }] }),
      { '1.31': '1.31 removed it' },
    ],
  ])('judge %s by the version of CloudNativePG', (path, manifest, wrong: Readonly<Record<string, string>>) => {
    for (const cloudNativePg of ['1.29', '1.30', '1.31']) {
      const { findings } = check([manifest], { platform: { cloudNativePg } });
      const message = wrong[cloudNativePg];
      const expected = [expect.objectContaining({ rule: 'target-version', severity: 'error', path })];
      expect(findings).toEqual(message === undefined ? [] : expected);
      expect(findings[0]?.message ?? '').toContain(message ?? '');
    }
  });

  it('count a field that is newer than the schema here as skipped, and judge the rest', () => {
    const platform = { cloudNativePg: '1.31' };
    const { skipped } = check([cluster({ postgresql: { synchronous } })], { platform });
    expect(skipped.map(({ reason }) => reason)).toContain(
      'its spec.postgresql.synchronous.podFailureDomainKeys is newer than the schema here, which is of CloudNativePG 1.30',
    );
    const { findings } = check([cluster({ postgresql: { synchronous: { ...synchronous, nmber: 1 } } })], { platform });
    expect(findings).toMatchObject([{ rule: 'schema', path: 'spec.postgresql.synchronous.nmber' }]);
  });

  it.each([
    null,
    5,
    'text',
    [],
    {},
    { kind: 'Pod' },
    { apiVersion: 3, kind: [] },
    { apiVersion: 'v1', kind: 'Pod', metadata: 7 },
  ])('say what is wrong with %j and never throw', (manifest) => {
    expect(checkManifests([{ manifest }]).findings.length).toBeGreaterThan(0);
  });
});

describe('a rule that throws', () => {
  const throwing: PolicyRule = {
    ...(rules[0] as PolicyRule),
    name: 'throwing',
    severity: 'error',
    kinds: ['v1/ConfigMap'],
    check(resource, _, report) {
      report.fail('data', 'half of what it had to say');
      if (resource.name === 'settings') {
        throw new Error('cannot read it\nat some line');
      }
    },
  };
  const other = set(settings, 'metadata.name', 'other');

  it('is an error that names rule and object, and stops neither the others nor itself elsewhere', () => {
    const report = check([settings, other, database], { rules: [throwing] });
    expect(report.findings).toMatchObject([
      { rule: 'throwing', object: { name: 'other' } },
      {
        rule: 'internal',
        severity: 'error',
        object: { name: 'settings' },
        message: "the rule 'throwing' broke off here, so it did not judge this object: cannot read it",
      },
    ]);
    expect(report.failed).toBe(2);
  });

  it('can be accepted with a reason, so that a defect of a rule stops nobody for ever', () => {
    const accepted = set(
      settings,
      ['metadata', 'annotations', 'cdk8s-phoenix.dev/ignore-internal'],
      'reported as number 12',
    );
    const report = check([accepted], { rules: [throwing] });
    expect(report.findings).toEqual([]);
    expect(report.suppressed).toMatchObject([{ reason: 'reported as number 12' }]);
  });

  it('includes a schema that cannot be run', () => {
    const entry = builtInKinds().get('v1/ConfigMap') as KindEntry;
    const broken = { ...entry, accepts: () => () => JSON.parse('{') as boolean } as unknown as KindEntry;
    const report = check([settings, database], { kinds: new Map([...builtInKinds(), ['v1/ConfigMap', broken]]) });
    expect(report.findings).toMatchObject([{ rule: 'internal', object: { name: 'settings' } }]);
    expect(report.objects).toBe(2);
  });
});

describe('the counts', () => {
  it('hold each pair of a rule and an object that it is about exactly once, whatever is wrong', () => {
    const random = randomFrom(7);
    for (let i = 0; i < 40; i += 1) {
      const inputs = stateHub.map(({ manifest }) => ({
        manifest: random() < 0.1 ? mutant(manifest, random) : manifest,
      }));
      const report = checkManifests(inputs, { platform: i % 2 === 0 ? threePhoenix : {} });
      const ids = inputs.map(({ manifest }) => {
        const { apiVersion, kind } = (manifest ?? {}) as Record<string, unknown>;
        return `${String(apiVersion)}/${String(kind)}`;
      });
      const pairs = ids.flatMap((id) => rules.filter(({ kinds }) => kinds.includes('*') || kinds.includes(id)));
      const alone = checkManifests(inputs, { platform: {}, rules: [] });
      const judged = report.passed + report.failed + report.skipped.filter(({ rule }) => names.has(rule)).length;
      expect(judged - alone.passed - alone.failed).toBe(pairs.length);
    }
  });
});

describe('one mistake is one finding', () => {
  const tree = stateHub.map(({ manifest }) => manifest as Record<string, any>);
  const judge = (kind: string, name: string, change: (manifest: Record<string, any>) => void) => {
    const objects = structuredClone(tree);
    const object = objects.find((one) => one['kind'] === kind && one['metadata'].name === name);
    change(object as Record<string, any>);
    return checkManifests(
      objects.map((manifest) => ({ manifest })),
      { platform: threePhoenix },
    );
  };

  it.each([
    ['Deployment', 'state-hub-api', 'replcas'],
    ['NetworkPolicy', 'default-deny', 'podSelctor'],
    ['Cluster', 'state-hub-db', 'instnces'],
    ['ObjectStore', 'state-hub-db-backup', 'retention'],
    ['PodDisruptionBudget', 'state-hub-api', 'maxUnavail'],
    ['Namespace', 'state-hub', 'finalisers'],
    ['ServiceAccount', 'state-hub-api', 'automount'],
  ])('a misspelt field of %s %s blames nothing that depends on it', (kind, name, field) => {
    const report = judge(kind, name, (manifest) => {
      const at = manifest['spec'] === undefined ? manifest : manifest['spec'];
      at[field] = { a: 'b' };
    });
    expect(report.findings.map(findingLine)).toEqual([
      expect.stringMatching(`unknown field '${field}'.*\\[schema\\]$`),
    ]);
  });

  it('and what was not judged for it is counted as skipped, with the reason', () => {
    const report = judge('NetworkPolicy', 'default-deny', (manifest) => {
      manifest['spec'].podSelctor = {};
      delete manifest['spec'].policyTypes;
    });
    expect(report.skipped).toContainEqual(
      expect.objectContaining({
        rule: 'default-deny',
        reason: 'it depends on NetworkPolicy state-hub/default-deny, whose schema is not valid',
      }),
    );
  });

  it('while what has nothing to do with it is found all the same', () => {
    const report = judge('NetworkPolicy', 'default-deny', (manifest) => {
      manifest['spec'].podSelctor = {};
    });
    expect(report.findings).toHaveLength(1);
    const two = judge('Deployment', 'state-hub-api', (manifest) => {
      manifest['spec'].replcas = 3;
      manifest['spec'].template.metadata.labels = { app: 'other' };
    });
    expect(two.findings.map(({ rule }) => rule)).toContain('service-selects-pods');
  });
});

describe('a kind that nobody knows', () => {
  const widget = {
    apiVersion: 'example.net/v1',
    kind: 'Widget',
    metadata: { name: 'w', namespace: 'shop' },
    spec: { size: 3 },
  };
  const crd = {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    spec: {
      group: 'example.net',
      scope: 'Namespaced',
      names: { kind: 'Widget' },
      versions: [
        {
          name: 'v1',
          served: true,
          schema: {
            openAPIV3Schema: {
              type: 'object',
              properties: { spec: { type: 'object', properties: { size: { type: 'integer' } } } },
            },
          },
        },
      ],
    },
  };

  it('is a finding, not silence, and no rule judges it', () => {
    const report = checkManifests([{ manifest: widget }]);
    expect(report.findings).toMatchObject([{ rule: 'unknown-kind', severity: 'warning' }]);
    expect(new Set(report.skipped.map(({ reason }) => reason))).toEqual(new Set(['its kind has no schema here']));
  });

  it('is not taken for the kind of that name that a reference means', () => {
    const clusterApi = {
      apiVersion: 'cluster.x-k8s.io/v1beta1',
      kind: 'Cluster',
      metadata: { name: 'db', namespace: 'shop' },
    };
    const clusterExists = rules.filter(({ name }) => name === 'cluster-exists');
    const found = (apiVersion: string) =>
      check([{ ...clusterApi, apiVersion }, database], { rules: clusterExists })
        .findings.filter(({ rule }) => rule === 'cluster-exists')
        .map(({ message }) => message);
    expect(found(clusterApi.apiVersion)).toEqual(["there is no Cluster 'db' in namespace 'shop'"]);
    expect(found('postgresql.cnpg.io/v1')).toEqual([]);
  });

  it('is an error where it is misspelt', () => {
    expect(check([{ ...settings, kind: 'ConfigMpa' }]).findings).toMatchObject([
      { rule: 'unknown-kind', severity: 'error', fix: 'write kind: ConfigMap' },
    ]);
  });

  it('is judged strictly once its CustomResourceDefinition is given', () => {
    const kinds = new Map([...builtInKinds(), ...customKinds([crd]).map((kind) => [kind.id, kind] as const)]);
    expect(check([widget], { kinds }).findings).toEqual([]);
    expect(check([set(widget, 'spec.sise', 3)], { kinds }).findings).toMatchObject([
      { rule: 'schema', path: 'spec.sise' },
    ]);
    expect(check([set(widget, 'spec.size', '3')], { kinds }).findings).toMatchObject([
      { rule: 'schema', path: 'spec.size' },
    ]);
  });

  it('is judged strictly where its CustomResourceDefinition is among the manifests', () => {
    const stored = set(set(crd, 'metadata', { name: 'widgets.example.net' }), 'spec.names.plural', 'widgets');
    const definition = set(stored, 'spec.versions[0].storage', true);
    expect(check([definition, widget]).findings).toEqual([]);
    expect(check([definition, set(widget, 'spec.sise', 3)]).findings).toMatchObject([
      { rule: 'schema', path: 'spec.sise' },
    ]);
    const broken = check([set(definition, 'spec.versions', 3), widget]).findings;
    expect(broken.map(({ rule }) => rule)).toEqual(['schema', 'unknown-kind']);
  });

  it('is judged as far as its definition is understood; the rest is counted as skipped', () => {
    const size = 'spec.versions[0].schema.openAPIV3Schema.properties.spec.properties.size';
    const definition = set(
      set(set(crd, `${size}.not`, { enum: [4] }), `${size}.pattern`, '(?P<x>'),
      'spec.versions[0].schema.openAPIV3Schema.oneOf',
      [{ required: ['spec'] }],
    );
    const kinds = new Map(customKinds([definition]).map((kind) => [kind.id, kind] as const));
    const report = check([widget], { kinds });
    expect(report.findings).toEqual([]);
    expect(report.skipped.map(({ reason }) => reason)).toEqual([
      'its CustomResourceDefinition has oneOf',
      'its CustomResourceDefinition has spec.size: not',
      'its CustomResourceDefinition has spec.size: pattern',
    ]);
    expect(check([set(widget, 'spec.size', '3')], { kinds }).findings).toMatchObject([{ path: 'spec.size' }]);
  });

  it.each([
    ['spec.group', "'spec.group' must be a name"],
    ['spec.names', "'spec.names.kind' must be a name"],
    ['spec.versions', "'spec.versions' must be a list of versions"],
  ])('is refused with the reason where the definition has no %s', (path, message) => {
    expect(() => customKinds([set(crd, path, undefined)])).toThrow(message);
  });

  it('takes any value as a schema', () => {
    fc.assert(
      fc.property(fc.anything({ maxDepth: 6, key: fc.constantFrom(...SCHEMA_WORDS) }), (schema) => {
        const kinds = customKinds([set(crd, 'spec.versions[0].schema.openAPIV3Schema', schema)]);
        expect(() => kinds.map((kind) => kind.validator()(widget))).not.toThrow();
      }),
      { numRuns: 100, examples: [[{ enum: [undefined] }]] },
    );
  });
});

describe('a suppression', () => {
  const rule = 'cdk8s-phoenix.dev/ignore-namespace-set';
  const nowhere = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'settings' } };
  const judge = (manifest: unknown, options: CheckOptions = {}) => checkManifests([{ manifest }], options);

  it('on the object accepts the finding and is listed with its reason', () => {
    const report = judge(set(nowhere, ['metadata', 'annotations', rule], 'applied with --namespace'));
    expect(report.findings).toEqual([]);
    expect(report.suppressed).toMatchObject([
      { finding: { rule: 'namespace-set' }, reason: 'applied with --namespace' },
    ]);
  });

  it('in code does the same, for one object or for all', () => {
    for (const object of [undefined, 'ConfigMap/settings']) {
      const ignore = [
        { rule: 'namespace-set', reason: 'as it should be', ...(object === undefined ? {} : { object }) },
      ];
      expect(judge(nowhere, { ignore }).findings).toEqual([]);
    }
    const other = [{ rule: 'namespace-set', reason: 'as it should be', object: 'ConfigMap/other' }];
    expect(judge(nowhere, { ignore: other }).findings.map((finding) => finding.rule)).toEqual([
      'namespace-set',
      'unused-suppression',
    ]);
  });

  it('is not called unused where its rule could not be judged', () => {
    const rule = 'cdk8s-phoenix.dev/ignore-storage-class-known';
    const claim = {
      apiVersion: 'v1',
      kind: 'PersistentVolumeClaim',
      metadata: { name: 'c', namespace: 'shop', annotations: { [rule]: 'made by another team' } },
      spec: {
        accessModes: ['ReadWriteOnce'],
        storageClassName: 'other',
        resources: { requests: { storage: '1Gi' } },
      },
    };
    const skipped = checkManifests([{ manifest: claim }]);
    expect(skipped.skipped.map((one) => one.rule)).toContain('storage-class-known');
    expect(skipped.findings).toEqual([]);

    const platform = { storageClasses: { other: 'replicated' } } as const;
    expect(checkManifests([{ manifest: claim }], { platform }).findings).toMatchObject([
      { rule: 'unused-suppression', message: "'storage-class-known' finds nothing here any more" },
    ]);
  });

  it.each([
    [
      { rule: 'namespace-sett', reason: 'because of this' },
      "there is no rule 'namespace-sett'",
      "write 'namespace-set'",
    ],
    [{ rule: 'namespace-set', reason: '' }, 'a suppression needs its reason', 'write why it is right here'],
    [{ rule: 'single-replica', reason: 'because of this' }, "'single-replica' finds nothing any more", 'remove it'],
  ])('in code is judged as well: %j', (ignore, message, fix) => {
    const found = judge(settings, { ignore: [ignore] }).findings.filter(({ rule }) => rule === 'unused-suppression');
    expect(found).toMatchObject([{ severity: 'warning', message: expect.stringContaining(message) as string, fix }]);
  });

  it.each([
    ['without a reason', 'cdk8s-phoenix.dev/ignore-namespace-set', ' ', 'a suppression needs its reason'],
    [
      'of a rule that does not exist',
      'cdk8s-phoenix.dev/ignore-namespace-sett',
      'because of this',
      "there is no rule 'namespace-sett'",
    ],
    [
      'of something that is not found',
      'cdk8s-phoenix.dev/ignore-single-replica',
      'because of this',
      'finds nothing here any more',
    ],
  ])('%s is a finding', (_, annotation, reason, message) => {
    const report = judge(set(settings, ['metadata', 'annotations', annotation], reason));
    expect(report.findings.map(findingLine).join('\n')).toContain(message);
  });
});
