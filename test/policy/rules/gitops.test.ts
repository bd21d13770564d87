import { describe, expect, it } from 'vitest';
import { checkManifests } from '../../../lib/policy/check';
import { rules } from '../../../lib/policy/registry';
import { merge, object, service } from '../../../lib/policy/rules/_examples';

/** What one rule says about objects: each finding's object, path and message. */
function judge(name: string, ...objects: readonly unknown[]): string[] {
  const rule = rules.filter((one) => one.name === name);
  expect(rule).toHaveLength(1);
  return checkManifests(
    objects.map((manifest) => ({ manifest })),
    { rules: rule },
  ).findings.map(({ object: { name: at }, path, message }) => `${at} ${path}: ${message}`);
}

describe('an object that is declared more than once', () => {
  const page = (group: string) => object(`${group}/v1`, 'Page', 'start');
  const definition = (group: string) => ({
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `pages.${group}` },
    spec: {
      group,
      names: { kind: 'Page', plural: 'pages' },
      scope: 'Namespaced',
      versions: [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: { type: 'object' } } }],
    },
  });
  const [a, b] = ['a.example.net', 'b.example.net'] as const;

  it('is found each time but the last, whatever of another group has its name in between', () => {
    const lines = judge('one-object-once', definition(a), definition(b), page(a), page(b), page(a));
    expect(lines).toEqual([expect.stringMatching(/^start metadata\.name: Page 'start' is declared twice/)]);
    expect(judge('one-object-once', service(), service(), service())).toHaveLength(2);
  });

  it('is not found where the kinds are of two groups', () => {
    expect(judge('one-object-once', definition(a), definition(b), page(a), page(b))).toEqual([]);
  });
});

describe('units that wait for each other', () => {
  const unit = (name: string, ...dependsOn: readonly string[]) =>
    object('kustomize.toolkit.fluxcd.io/v1', 'Kustomization', name, {
      spec: {
        interval: '30m',
        prune: true,
        path: './x',
        sourceRef: { kind: 'GitRepository', name: 'x' },
        dependsOn: dependsOn.map((one) => ({ name: one })),
      },
    });

  it('are found, each with the way back, and those that only lead there are not', () => {
    expect(judge('flux-dependency-cycle', unit('a', 'x', 'b'), unit('b', 'c'), unit('c', 'a'), unit('d', 'a'))).toEqual(
      [
        'a spec.dependsOn[b]: it waits for itself: a -> b -> c -> a',
        'b spec.dependsOn[c]: it waits for itself: b -> c -> a -> b',
        'c spec.dependsOn[a]: it waits for itself: c -> a -> b -> c',
      ],
    );
    expect(judge('flux-dependency-cycle', unit('a', 'a'))).toEqual([
      'a spec.dependsOn[a]: it waits for itself: a -> a',
    ]);
  });

  it('but two ways to one unit are no circle', () => {
    expect(judge('flux-dependency-cycle', unit('a', 'b', 'c'), unit('b', 'd'), unit('c', 'd'), unit('d'))).toEqual([]);
  });
});

describe('an Application', () => {
  const application = (spec: object) =>
    object('argoproj.io/v1alpha1', 'Application', 'shop', {
      spec: { project: 'shop', destination: { server: 'https://a', namespace: 'shop' }, ...spec },
    });
  const project = (sourceRepos: readonly string[], destinations: readonly object[]) =>
    object('argoproj.io/v1alpha1', 'AppProject', 'shop', { spec: { sourceRepos, destinations } });
  const source = (repoURL: string) => ({ repoURL, path: 'dist' });
  const of = (app: object, repos: readonly string[], ...places: readonly object[]) =>
    judge(
      'argocd-project-exists',
      application(app),
      project(repos, places.length === 0 ? [{ namespace: '*' }] : places),
    );

  it('of several sources is judged by each of them', () => {
    const sources = [source('https://git/shop'), source('https://git/charts')];
    expect(of({ sources }, ['https://git/*'])).toEqual([]);
    expect(of({ sources }, ['https://git/shop'])).toEqual([
      "shop spec.sources[1].repoURL: project 'shop' does not allow https://git/charts; it allows https://git/shop",
    ]);
  });

  it('is kept out by a pattern that refuses', () => {
    const app = { source: source('https://git/shop') };
    expect(of(app, ['*', '!https://git/charts'])).toEqual([]);
    expect(of(app, ['*', '!https://git/*'])).toHaveLength(1);
    expect(of(app, ['*'], { namespace: '*' }, { namespace: '!kube-*' })).toEqual([]);
    expect(of(app, ['*'], { namespace: '*' }, { namespace: '!sh*' })).toHaveLength(1);
  });

  it('goes only to the cluster that the project means', () => {
    const app = { source: source('https://git/shop') };
    expect(of(app, ['*'], { server: 'https://a', namespace: 'shop' })).toEqual([]);
    expect(of(app, ['*'], { server: 'https://b', namespace: 'shop' })).toHaveLength(1);
  });
});

describe('a sync wave', () => {
  const wave = (value: string) =>
    judge('wave-order', merge(service(), { metadata: { annotations: { 'argocd.argoproj.io/sync-wave': value } } }));

  it.each(['0', '-5', '+1'])('may be %s', (value) => expect(wave(value)).toEqual([]));

  it.each(['abc', '1.5', ''])("is no '%s'", (value) => {
    expect(wave(value)).toEqual([expect.stringContaining(`'${value}' is no whole number: Argo CD reads it as 0`)]);
  });
});
