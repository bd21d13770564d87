import type { IConstruct } from 'constructs';
import { tidy } from './_paths';
import type { OutputFile, RenderedUnit } from './rendered';
import { RequiredSecret } from './required-secret';
import { contractJson, secretsContract } from './sops-contract';
import { secretsDocument } from './sops-document';

/**
 * `docs/secrets.md` for people and `docs/secrets.json` for `phoenix secrets check`: every Secret that the constructs
 * below `root` need. Nothing where none is needed.
 */
export function secretsFiles(root: IConstruct, units: readonly RenderedUnit[], output: string): OutputFile[] {
  const needs = secretsContract(RequiredSecret.findAll(root));
  if (needs.secrets.length === 0) {
    return [];
  }
  const folders = new Map(needs.secrets.map(({ namespace }) => [namespace, folderOf(namespace, units)]));
  const secrets = needs.secrets.map((secret) => ({ ...secret, folder: folders.get(secret.namespace) ?? 'secrets' }));
  const contract = { ...needs, secrets };
  return [
    { path: 'docs/secrets.json', text: contractJson(contract) },
    { path: 'docs/secrets.md', text: secretsDocument(contract, `${output}/docs/secrets.json`) },
  ];
}

/** The hand-owned folder of the service whose objects are in this namespace; the first one where none is told apart. */
function folderOf(namespace: string, units: readonly RenderedUnit[]): string {
  const folders = units.filter((unit) => unit.folder !== undefined);
  const group = units.find(({ objects }) => objects.some((x) => x.manifest.metadata.namespace === namespace))?.group;
  return tidy((folders.find((unit) => unit.group === group) ?? folders[0])?.folder ?? 'secrets');
}
