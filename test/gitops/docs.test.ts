import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { load } from 'js-yaml';
import { describe, expect, it } from 'vitest';
import { commands } from '../../lib/cli/registry';
import { ArgoCd } from '../../lib/gitops/argocd';
import { Flux } from '../../lib/gitops/flux';
import { crdErrors, hasCrds } from './crd-schema';
import { objectsIn, writeTree } from './tree';
import { service } from './units';

const hasJq = spawnSync('jq', ['--version']).status === 0;
const ROOT = resolve(__dirname, '../..');
const flux = new Flux({ path: '.', external: { cnpg: {}, 'barman-plugin': {} } });
const argo = new ArgoCd({ repository: 'https://git.example.org/state-hub', path: '.' });
const units = argo.decorate(flux.decorate(service('state-hub')));
const files = [...flux.files(units), ...argo.files(units)];
const tree = writeTree(units, [...files, { path: 'docs/secrets.md', text: '' }]);
const page = readFileSync(join(ROOT, 'docs/gitops.md'), 'utf8');
const pages = { 'docs/gitops.md': page, 'docs/argocd.md': files.find((x) => x.path === 'docs/argocd.md')?.text ?? '' };

/** Fenced blocks of one language, without the indentation of a list item. */
function blocks(text: string, language: string): string[] {
  return [...text.matchAll(new RegExp(`^( *)\`\`\`${language}\\n(.*?)^ *\`\`\``, 'gms'))].map((match) =>
    (match[2] ?? '').replace(new RegExp(`^${match[1] ?? ''}`, 'gm'), ''),
  );
}

describe.each(Object.entries(pages))('%s', (_, text) => {
  const shell = blocks(text, 'sh').join('\n');

  it('has commands that a shell can read', () => {
    expect(shell.split('\n').length).toBeGreaterThan(3);
    expect(() => execFileSync('sh', ['-n'], { input: shell })).not.toThrow();
  });

  it('names only files and folders that are there', () => {
    const paths = [...text.matchAll(/(?<![\w/])(?:dist|secrets|docs)\/[\w./-]*[\w]/g)].map((match) => match[0]);
    const missing = paths.filter((path) => !existsSync(join(tree, path)) && !existsSync(join(ROOT, path)));

    expect(paths.length).toBeGreaterThan(2);
    expect(missing).toEqual([]);
  });

  it('names only units, Applications and objects that the tree has', () => {
    const known = new Set([
      'state-hub',
      ...objectsIn(files).map((x) => x.metadata.name as string),
      ...units.flatMap((unit) => unit.objects.map((x) => x.manifest.metadata.name)),
    ]);
    const names = [...shell.matchAll(/state-hub[\w-]*/g)].map((match) => match[0]);

    expect(names.filter((name) => !known.has(name) && name !== 'state-hub-')).toEqual([]);
  });

  it('names only commands of phoenix that exist', () => {
    const used = [...shell.matchAll(/npx phoenix ((?:[a-z]+ ?)+)/g)].map((match) => (match[1] ?? '').trim());
    const unknown = used.filter((line) => !commands.some((x) => `${line} `.startsWith(`${x.name} `)));

    expect(unknown).toEqual([]);
  });
});

describe('docs/gitops.md', () => {
  it('pauses and resumes every Kustomization that the tree has', () => {
    const kustomizations = objectsIn(flux.files(units)).map((x) => x.metadata.name as string);
    const lines = page.split('\n').filter((line) => /^flux (suspend|resume) kustomization state-hub-/.test(line));

    expect(lines).toHaveLength(2);
    for (const line of lines) {
      expect(line.split(' ').slice(3).toSorted()).toEqual(kustomizations.toSorted());
    }
    expect(
      /for unit in ([a-z ]+); do/
        .exec(page)?.[1]
        ?.split(' ')
        .map((x) => `state-hub-${x}`)
        .toSorted(),
    ).toEqual(kustomizations.toSorted());
  });

  it('ends the running sync of every Application whose policy it takes away', () => {
    const named = (pattern: RegExp) => [...page.matchAll(pattern)].map((match) => match[1]);
    const paused = named(/^argocd app set (\S+) --sync-policy none$/gm);

    expect(paused).toEqual(['state-hub-core', 'state-hub-drills']);
    expect(named(/^argocd app terminate-op (\S+)$/gm)).toEqual(paused);
  });

  it('compares with the cluster as the engine applies, over conflicts', () => {
    const lines = page.split('\n').filter((line) => line.startsWith('kubectl diff'));

    expect(
      lines.map((line) => /^kubectl diff --server-side --force-conflicts --field-manager (\S+) /.exec(line)?.[1]),
    ).toEqual(['kustomize-controller', 'argocd-controller']);
  });

  it.skipIf(!hasJq)('takes the entries of Flux out of managedFields and nothing else', () => {
    const bin = mkdtempSync(join(tmpdir(), 'phoenix-bin-'));
    const flux = { manager: 'kustomize-controller', operation: 'Apply' };
    const argo = { manager: 'argocd-controller', operation: 'Apply' };
    const shop = { name: 'shop', namespace: 'shop' };
    const of = (apiVersion: string, kind: string, metadata: object, managedFields: object[]) => ({
      apiVersion,
      kind,
      metadata: { ...metadata, managedFields },
    });
    const list = [
      of('postgresql.cnpg.io/v1', 'Cluster', shop, [flux, argo, { ...flux, operation: 'Update' }]),
      of('apps/v1', 'Deployment', shop, [argo]),
      of('v1', 'Namespace', { name: 'shop' }, [argo, flux]),
    ];
    // A folder of several objects gives a List, a folder of one gives the object.
    writeFileSync(join(bin, 'many.json'), JSON.stringify({ kind: 'List', items: list }));
    writeFileSync(join(bin, 'one.json'), JSON.stringify(of('v1', 'Secret', shop, [flux])));
    writeFileSync(
      join(bin, 'kubectl'),
      `#!/bin/sh\nif [ "$1" = get ]; then case "$3" in secrets) cat ${bin}/one.json;; *-base/) cat ${bin}/many.json;; esac\n` +
        `else printf '%s\\n' "$*"; fi\n`,
      { mode: 0o755 },
    );
    const [script] = blocks(page, 'sh').filter((text) => text.includes('managedFields'));
    const env = { ...process.env, PATH: `${bin}:${process.env['PATH']}` };
    const out = execFileSync('sh', ['-c', script ?? ''], { encoding: 'utf8', cwd: tree, env });
    const remove = (i: number) => [
      { op: 'test', path: `/metadata/managedFields/${i}/manager`, value: 'kustomize-controller' },
      { op: 'remove', path: `/metadata/managedFields/${i}` },
    ];
    const patch = (...at: number[]) => `--type json --patch ${JSON.stringify(at.flatMap(remove))}`;

    expect(out.trimEnd().split('\n')).toEqual([
      `--namespace shop patch Cluster.v1.postgresql.cnpg.io shop ${patch(2, 0)}`,
      `--namespace default patch Namespace.v1. shop ${patch(1)}`,
      `--namespace shop patch Secret.v1. shop ${patch(0)}`,
    ]);
  });

  it.skipIf(!hasCrds)('shows a Kustomization that is valid and points at the tree', () => {
    const [kustomization] = blocks(page, 'yaml').map((text) => load(text) as Record<string, any>);

    expect(crdErrors(kustomization ?? {})).toEqual([]);
    expect(existsSync(join(tree, kustomization?.spec.path, 'kustomization.yaml'))).toBe(true);
    expect(kustomization?.spec).not.toHaveProperty('postBuild');
  });
});
