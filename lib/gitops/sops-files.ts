import type { IConstruct } from 'constructs';
import type { OutputFile, RenderedUnit } from './rendered';
import { RequiredSecret } from './required-secret';
import { contractJson, secretsContract } from './sops-contract';
import { secretsDocument } from './sops-document';

/**
 * `docs/secrets.md` for people and `docs/secrets.json` for `phoenix secrets check`: every Secret that the constructs
 * below `root` need. Nothing where none is needed.
 */
export function secretsFiles(root: IConstruct, units: readonly RenderedUnit[], outdir: string): OutputFile[] {
  const contract = secretsContract(RequiredSecret.findAll(root));
  if (contract.secrets.length === 0) {
    return [];
  }
  const contractPath = `${outdir}/docs/secrets.json`;
  const folders = Object.fromEntries(contract.secrets.map(({ namespace }) => [namespace, folderOf(namespace, units)]));
  return [
    { path: 'docs/secrets.json', text: contractJson(contract) },
    { path: 'docs/secrets.md', text: secretsDocument(contract, { folders, contractPath }) },
  ];
}

/** The hand-owned folder of the service whose objects are in this namespace; the first one where none is told apart. */
function folderOf(namespace: string, units: readonly RenderedUnit[]): string {
  const folders = units.filter((unit) => unit.folder !== undefined);
  const group = units.find(({ objects }) => objects.some((x) => x.manifest.metadata.namespace === namespace))?.group;
  return (folders.find((unit) => unit.group === group) ?? folders[0])?.folder ?? 'secrets';
}
