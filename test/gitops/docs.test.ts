import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { load } from 'js-yaml';
import { describe, expect, it } from 'vitest';
import { commands } from '../../lib/cli/registry';
import { ArgoCd } from '../../lib/gitops/argocd';
import { Flux } from '../../lib/gitops/flux';
import { crdErrors, hasCrds } from './crd-schema';
import { objectsIn, writeTree } from './tree';
import { service } from './units';

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

  it.skipIf(!hasCrds)('shows a Kustomization that is valid and points at the tree', () => {
    const [kustomization] = blocks(page, 'yaml').map((text) => load(text) as Record<string, any>);

    expect(crdErrors(kustomization ?? {})).toEqual([]);
    expect(existsSync(join(tree, kustomization?.spec.path, 'kustomization.yaml'))).toBe(true);
    expect(kustomization?.spec).not.toHaveProperty('postBuild');
  });
});
