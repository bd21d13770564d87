import { leaksIn } from './_leaks';
import type { SourceFile } from './_sops-yaml';
import type { SecretsContract } from './sops-contract';
import { checkEncryption } from './sops-file';
import type { SopsFinding } from './sops-finding';
import { type FolderContents, type SopsFolder, readFolder } from './sops-folder';
import { checkListing } from './sops-listing';
import { checkNeeds } from './sops-needs';
import { readRules } from './sops-rules';

/** What `checkSecrets` judges: texts, no file system. */
export interface SecretsInput {
  readonly contract: SecretsContract;
  /** The folders that together hold all SOPS files. */
  readonly folders: readonly SopsFolder[];
  /** Every file that synthesis wrote. */
  readonly output: readonly SourceFile[];
}

/** What was found, and how much was looked at. */
export interface SecretsReport {
  readonly findings: readonly SopsFinding[];
  /** Secrets that the manifests need. */
  readonly needed: number;
  /** Secrets in the folders. */
  readonly found: number;
  /** Objects in the folders that are no Secrets: not judged. */
  readonly skipped: number;
  /** Files of the output that nobody looked into, and why. */
  readonly unread: readonly string[];
}

/**
 * Compares SOPS files with what the manifests need, without a key and without decrypting anything: names, namespaces,
 * types, keys, labels, who can decrypt, and that every value is encrypted and whole. And looks for values in clear in
 * every file beside them and in the output.
 */
export function checkSecrets({ contract, folders, output }: SecretsInput): SecretsReport {
  const read = folders.map((folder) => ({ folder, contents: readFolder(folder) }));
  const secrets = read.flatMap((x) => x.contents.secrets);
  const mute = new Set(read.flatMap((x) => [...x.contents.mute]));
  const paths = folders.map((folder) => folder.path);
  return {
    findings: once([
      ...read.flatMap(({ folder, contents }) => judgeFolder(folder, contents)),
      ...checkNeeds(contract, paths, { secrets, mute }),
      ...read.flatMap(({ folder, contents }) =>
        checkListing(folder.path, folder.files, [...new Set(contents.secrets.map((x) => x.file))]),
      ),
      ...outputFindings(output),
    ]),
    needed: contract.secrets.length,
    found: secrets.length,
    skipped: read.reduce((all, x) => all + x.contents.skipped, 0),
    unread: output.flatMap((file) => (file.unread === undefined ? [] : [`${file.path} is ${file.unread}`])),
  };
}

/** Two folders may have one `.sops.yaml`. */
function once(findings: readonly SopsFinding[]): readonly SopsFinding[] {
  return [...new Map(findings.map((x) => [`${x.file} ${x.path} ${x.problem}`, x])).values()];
}

/** What the files of one folder say of themselves. */
function judgeFolder(folder: SopsFolder, contents: FolderContents): readonly SopsFinding[] {
  const { config, path } = folder;
  const rules = config === undefined ? undefined : readRules(config);
  const encryption = contents.secrets.flatMap(({ file, secret }) =>
    // As sops does: the first rule that matches.
    checkEncryption(
      file,
      secret,
      rules?.rules.find((rule) => rule.matches(config?.relative(file) ?? file)),
      config?.path ?? `${path}/.sops.yaml`,
    ),
  );
  return [...(rules?.findings ?? [noConfig(path)]), ...contents.findings, ...encryption];
}

function noConfig(folder: string): SopsFinding {
  return {
    rule: 'sops-config',
    file: `${folder}/.sops.yaml`,
    path: '',
    problem: 'there is no .sops.yaml, so sops does not know what to encrypt for whom',
    fix: 'write one with a rule that has path_regex, encrypted_regex and age, as docs/secrets.md shows',
  };
}

function outputFindings(output: readonly SourceFile[]): readonly SopsFinding[] {
  return output.flatMap((file) =>
    leaksIn(file.text, { thorough: false }).map(({ place, what }): SopsFinding => ({
      rule: 'plaintext-in-output',
      file: file.path,
      path: place,
      problem: `everybody who has the repository can read ${what}`,
      fix:
        'take it out of the program that writes this, declare a RequiredSecret where a Secret is needed, and change the ' +
        'value if this was ever pushed',
    })),
  );
}
