import { readFileSync, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { load } from 'js-yaml';
import type { ExternalObject, PlatformFacts } from '../../lib/policy/platform-facts';
import type { PolicyInput } from '../../lib/policy/resource';

const DIST = resolve(__dirname, '../../dist');

interface ContractSecret {
  readonly namespace: string;
  readonly name: string;
  readonly keys: readonly { readonly key: string }[];
}

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

const secrets = JSON.parse(readFileSync(join(DIST, 'docs/secrets.json'), 'utf8')) as { secrets: ContractSecret[] };
const namespaces = ['argocd', 'cnpg-system', 'flux-system', 'kube-system', 'monitoring', 'ops-bridge'];

const external: ExternalObject[] = [
  ...secrets.secrets.map(({ namespace, name, keys }) => ({
    kind: 'Secret',
    namespace,
    name,
    keys: keys.map(({ key }) => key),
  })),
  ...namespaces.map((name) => ({ kind: 'Namespace', name })),
  ...['cloudnative-pg', 'barman-cloud'].map((name) => ({ kind: 'Kustomization', namespace: 'flux-system', name })),
  { kind: 'Secret', namespace: 'flux-system', name: 'sops-age' },
];

/** What is known of ThreePhoenix. */
export const threePhoenix: PlatformFacts = {
  kubernetes: '1.34',
  cloudNativePg: '1.30',
  nodes: ['railiance01', 'railiance02', 'railiance03'],
  storageClasses: { 'local-path': 'nodeLocal' },
  external,
};
