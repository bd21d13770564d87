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
  | 'plaintext-in-output';

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
