import type { IConstruct } from 'constructs';
import { tidy } from './_paths';
import type { OutputFile, RenderedUnit } from './rendered';
import { RequiredSecret } from './required-secret';
import { type SecretContract, contractJson, secretsContract } from './sops-contract';
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
  const secrets = needs.secrets.map((secret) => ({ ...secret, folder: folderOf(secret, units) }));
  const contract = { ...needs, secrets };
  return [
    { path: 'docs/secrets.json', text: contractJson(contract) },
    { path: 'docs/secrets.md', text: secretsDocument(contract, `${output}/docs/secrets.json`) },
  ];
}

/** The hand-owned folder of the service that needs the Secret; the first one where none is told apart. */
function folderOf({ usedBy }: SecretContract, units: readonly RenderedUnit[]): string {
  const folders = units.filter((unit) => unit.folder !== undefined);
  const user = usedBy[0]?.construct.replaceAll('/', '-') ?? '';
  const [own] = folders
    .filter(({ group }) => user.startsWith(`${group}-`))
    .toSorted((a, b) => b.group.length - a.group.length);
  return tidy((own ?? folders[0])?.folder ?? 'secrets');
}
