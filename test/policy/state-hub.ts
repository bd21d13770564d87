import { readFileSync, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { load } from 'js-yaml';
import type { PlatformFacts } from '../../lib/policy/platform-facts';
import type { PolicyInput } from '../../lib/policy/resource';

const DIST = resolve(__dirname, '../../dist');

/** Every object of the committed tree: manifests, and what Flux and Argo CD apply. */
export const stateHub: readonly PolicyInput[] = ['manifests', 'flux', 'argocd'].flatMap((folder) =>
  readdirSync(join(DIST, folder), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.yaml') && !file.endsWith('kustomization.yaml'))
    .toSorted()
    .map((file) => ({
      manifest: load(readFileSync(join(DIST, folder, file), 'utf8')),
      origin: { file: `${folder}/${file}` },
    })),
);

/** What is known of ThreePhoenix. */
export const threePhoenix = JSON.parse(readFileSync(join(DIST, 'docs/platform.json'), 'utf8')) as PlatformFacts;
