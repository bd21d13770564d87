/** What is wrong, as a word that a program can compare. */
export type SopsRuleName =
  | 'corrupted'
  | 'plaintext'
  | 'half-encrypted'
  | 'empty-value'
  | 'hidden-names'
  | 'missing-mac'
  | 'string-data'
  | 'not-text'
  | 'unknown-recipient'
  | 'missing-recipient'
  | 'no-rule'
  | 'sops-config'
  | 'missing-key'
  | 'unneeded-key'
  | 'wrong-type'
  | 'missing-label'
  | 'wrong-namespace'
  | 'duplicate'
  | 'missing-secret'
  | 'unneeded-secret'
  | 'not-listed'
  | 'listed-wrongly'
  | 'plaintext-in-output'
  | 'unknown-file';

/** Something that a person has to mend, as data. */
export interface SopsFinding {
  readonly rule: SopsRuleName;
  /** Path of the file, or of the file that should be there. */
  readonly file: string;
  /** Place in the file: `data.password`. Empty for the file as a whole. */
  readonly path: string;
  /** What is wrong and what it leads to. */
  readonly problem: string;
  /** What to do now. */
  readonly fix: string;
}

/** How to get a good version of a file that sops cannot open any more. */
export function restore(file: string): string {
  return (
    `find the last good version with 'git log --oneline -- ${file}' and get it with 'git restore --source COMMIT ` +
    `${file}', or make the Secret anew as docs/secrets.md in the output folder says`
  );
}

/**
 * How to change a file whose values are all whole. Without `--ignore-mac` sops does not open one that somebody changed by
 * hand, and whether somebody did is not to be seen without the key.
 */
export function edit(file: string): string {
  return `'sops edit --ignore-mac ${file}', which opens it also after a change by hand and makes the MAC right`;
}

/** Encrypts a file again by the rules that there are now. Nothing is written where it cannot be decrypted. */
export function reencrypt(file: string, config: string): string {
  return `'sops decrypt ${file} | sops --config ${config} encrypt --filename-override ${file} --output ${file}'`;
}
