import { createHash } from 'node:crypto';

/** A person's word that a strategy may be carried out. */
export interface Approval {
  /** Name of the person who approves. */
  readonly by: string;

  /** Day of the approval, `2026-11-23`. */
  readonly on: string;

  /** Digest of the record that was read: `sha256:` and 64 hexadecimal digits. */
  readonly digest: string;
}

/** The heading that ends what is approved. Nothing after it is part of the digest, or an approval would change it. */
export const APPROVAL_HEADING = '## Approval';

/**
 * The digest of a decision record: SHA-256 over the UTF-8 bytes of all lines before the line `## Approval`, each ended
 * by one line feed. It covers every sentence and figure of the decision, and no approval.
 *
 * @throws if the text has no such line, or several
 */
export function recordDigest(text: string): string {
  const lines = text.replaceAll('\r\n', '\n').split('\n');
  const at = lines.indexOf(APPROVAL_HEADING);
  if (at === -1 || lines.indexOf(APPROVAL_HEADING, at + 1) !== -1) {
    throw new Error(`decision record: the line '${APPROVAL_HEADING}' must stand in it exactly once`);
  }
  const decided = lines.slice(0, at).map((line) => `${line}\n`);
  return `sha256:${createHash('sha256').update(decided.join(''), 'utf8').digest('hex')}`;
}

/** What a record says about its approval. */
export type RecordState =
  | { readonly state: 'approved'; readonly approval: Approval }
  | { readonly state: 'outdated'; readonly approval: Approval; readonly digest: string }
  | { readonly state: 'open'; readonly digest: string };

/**
 * Reads a record as it lies in git and says whether it is approved as it stands. The digest is computed anew: what the
 * record says about itself is not believed.
 */
export function readRecord(text: string): RecordState {
  const digest = recordDigest(text);
  const after = text.replaceAll('\r\n', '\n').split(`\n${APPROVAL_HEADING}\n`)[1] ?? '';
  const cell = (name: string) => new RegExp(`^\\| ${name} \\| (.+) \\|$`, 'm').exec(after)?.[1];
  const [by, on, approved] = [cell('approved by'), cell('approved on'), cell('approved digest')];
  if (by === undefined || on === undefined || approved === undefined) {
    return { state: 'open', digest };
  }
  const approval = { by, on, digest: approved.replaceAll('`', '') };
  return approval.digest === digest ? { state: 'approved', approval } : { state: 'outdated', approval, digest };
}
