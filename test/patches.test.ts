import { ApiObject, JsonPatch } from 'cdk8s';
import * as fc from 'fast-check';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { PhoenixApp } from '../lib';
import { jsonPointer } from '../lib/policy/_path';
import { service } from './_build';

/** Fields of Kubernetes objects whose keys are their author's own. */
const FREE = [
  'annotations',
  'connectionParameters',
  'data',
  'labels',
  'limits',
  'matchLabels',
  'nodeSelector',
  'parameters',
  'requests',
  'selector',
];

type Segment = string | number;

/** Every object in a manifest that has a fixed set of fields, as a path. */
function closed(value: unknown, path: readonly Segment[] = []): (readonly Segment[])[] {
  if (typeof value !== 'object' || value === null) {
    return [];
  }
  const free = path.at(-1) === 'selector' ? 'matchLabels' in value : !FREE.includes(String(path.at(-1)));
  const here = !Array.isArray(value) && free ? [path] : [];
  const below = Object.entries(value).map(([key, child]) =>
    closed(child, [...path, Array.isArray(value) ? Number(key) : key]),
  );
  return [...here, ...below.flat()];
}

const objectsOf = (app: PhoenixApp) => app.node.findAll().filter((x): x is ApiObject => ApiObject.isApiObject(x));

/** What synthesis says of one made-up field in each place of each object, by construct path and JSON pointer. */
function refusals(app: PhoenixApp, field: string): { patched: string[]; named: string[]; message: string } {
  const patched = objectsOf(app).flatMap((object) =>
    closed(object.toJson()).map((path) => {
      const pointer = jsonPointer([...path, field]);
      object.addJsonPatch(JsonPatch.add(pointer, 'made up'));
      return `${object.node.path} ${pointer}`;
    }),
  );
  const named = app
    .report()
    .findings.filter(({ rule, message }) => rule === 'schema' && message.startsWith(`unknown field '${field}'`))
    .map(({ object, segments }) => `${object.origin.constructPath} ${jsonPointer(segments)}`);
  let message = '';
  try {
    app.files();
  } catch (error) {
    message = (error as Error).message;
  }
  return { patched, named, message };
}

describe('a made-up field that is added by patch', () => {
  let stateHub: PhoenixApp;

  beforeAll(async () => {
    const synth = vi.spyOn(PhoenixApp.prototype, 'synth').mockReturnValue();
    await import('../main');
    stateHub = synth.mock.contexts[0] as PhoenixApp;
    synth.mockRestore();
  });

  it('is refused with its path, in every place of every object of State Hub', () => {
    const kinds = new Set(objectsOf(stateHub).map(({ kind }) => kind));
    expect([...kinds]).toEqual(
      expect.arrayContaining(['Cluster', 'ObjectStore', 'ScheduledBackup', 'Database', 'DatabaseRole', 'PodMonitor']),
    );
    const { patched, named, message } = refusals(stateHub, 'tolerationz');
    expect(patched.length).toBeGreaterThan(400);
    expect(named.toSorted()).toEqual(patched.toSorted());
    expect(message).toMatch(/^the policy refuses \d+ things:\n/);
    expect(message).toContain("spec.affinity.tolerationz: unknown field 'tolerationz'");
  });

  it('is refused whatever it is called', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[a-z][a-zA-Z0-9]{0,8}Zz$/), (field) => {
        const app = new PhoenixApp();
        service(app);
        const { patched, named } = refusals(app, field);
        expect(named.toSorted()).toEqual(patched.toSorted());
      }),
      { numRuns: 5 },
    );
  });
});

describe('a patch on a custom resource', () => {
  const patched = (patch: JsonPatch, kind = 'Cluster') => {
    const app = new PhoenixApp();
    service(app);
    objectsOf(app)
      .find((object) => object.kind === kind)!
      .addJsonPatch(patch);
    return app;
  };

  it('is written as it is, in the words of Kubernetes', () => {
    const app = patched(JsonPatch.replace('/spec/enablePDB', false));
    const cluster = app.units().flatMap(({ objects }) => objects.filter(({ manifest }) => manifest.kind === 'Cluster'));
    expect(cluster[0]?.manifest['spec']).toMatchObject({ enablePDB: false });
  });

  it.each([
    ['Cluster', '/spec/postgresql/parametrs', {}, "unknown field 'parametrs' (write 'parameters')"],
    ['Cluster', '/spec/postgresql/synchronous/failoverQuorom', true, "(write 'failoverQuorum')"],
    ['Cluster', '/spec/enablePdb', true, "unknown field 'enablePdb' (write 'enablePDB')"],
    [
      'Cluster',
      '/spec/automountServiceAccountToken',
      false,
      "'automountServiceAccountToken' does not exist in CloudNativePG 1.30; 1.31 has it",
    ],
    ['Cluster', '/spec/postgresql/synchronous/podFailureDomainKeys', [], 'in CloudNativePG 1.30; 1.31 has it'],
    ['ObjectStore', '/spec/configuration/retentionPolicy', '30d', '(it belongs at spec.retentionPolicy)'],
    ['ScheduledBackup', '/spec/imediate', true, "unknown field 'imediate' (write 'immediate')"],
    ['PodMonitor', '/spec/selectr', {}, "unknown field 'selectr' (write 'selector')"],
  ])('is refused where it is misspelt or unknown to the version: %s %s', (kind, pointer, value, says) => {
    expect(() => patched(JsonPatch.add(pointer, value), kind).files()).toThrow(says);
  });
});
