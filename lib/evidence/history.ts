import { type Validate, compile } from './_compile';
import { evidenceDigest } from './digest';
import type { Evidence } from './evidence';
import { EVIDENCE_SCHEMA } from './schema';

let compiled: Validate | undefined;

/** Compiled when the first document is read: most programs that load this read none. */
function validate(value: unknown): readonly string[] {
  compiled ??= compile('evidence', EVIDENCE_SCHEMA);
  return compiled(value);
}

/** What is wrong with one evidence document. */
export interface EvidenceProblem {
  /** File or ConfigMap key. */
  readonly source: string;
  readonly problem: string;
}

/** A document and where it came from. */
export interface SourcedEvidence {
  readonly source: string;
  readonly evidence: Evidence;
}

/** Documents that hold, and the problems of those that do not. */
export interface History {
  /** Valid documents, oldest first. */
  readonly documents: readonly SourcedEvidence[];
  readonly problems: readonly EvidenceProblem[];
}

/** The mistakes of a document against the schema: none where it is valid. */
export function schemaMistakes(value: unknown): readonly string[] {
  return validate(value);
}

/**
 * Reads documents, verifies schema and digest of each, and the chain of each drill: every document but the oldest at
 * hand must name the digest of the one before it.
 */
export function readHistory(texts: readonly { readonly source: string; readonly text: string }[]): History {
  const problems: EvidenceProblem[] = [];
  const documents: SourcedEvidence[] = [];
  for (const { source, text } of texts) {
    const read = parse(text);
    if ('problem' in read) {
      problems.push({ source, problem: read.problem });
    } else {
      documents.push({ source, evidence: read.evidence });
    }
  }
  documents.sort((a, b) => (isNewer(a.evidence, b.evidence) ? 1 : -1));
  return { documents, problems: [...problems, ...chainProblems(documents)] };
}

/** Whether a document no longer supports a decision at `now`. */
export function isStale(evidence: Evidence, now: Date): boolean {
  return Date.parse(evidence.expiresAt) <= now.getTime();
}

/** Documents of one chain have the same text here: each names the digest of the one before it. */
export function chainOf(evidence: Pick<Evidence, 'service' | 'platform' | 'drill' | 'mode'>): string {
  const { service, platform, drill, mode } = evidence;
  // Readiness is judged from several places side by side; all modes of a failover drill are one history.
  return `${service} ${platform} ${drill} ${drill === 'readiness' ? mode : ''}`;
}

/** Whether a document was written after another. A run that was refused ends before the one that it met. */
export function isNewer(a: Evidence, b: Evidence): boolean {
  return a.finishedAt === b.finishedAt ? a.runId > b.runId : a.finishedAt > b.finishedAt;
}

function parse(text: string): { evidence: Evidence } | { problem: string } {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    return { problem: `is not JSON: ${(error as Error).message}` };
  }
  const mistakes = validate(value);
  if (mistakes.length > 0) {
    return { problem: `does not match schema evidence.v1: ${mistakes.slice(0, 3).join('; ')}` };
  }
  const evidence = value as Evidence;
  const digest = evidenceDigest(evidence);
  return digest === evidence.digest
    ? { evidence }
    : { problem: `was changed after it was written: digest is ${digest}, the document says ${evidence.digest}` };
}

function chainProblems(documents: readonly SourcedEvidence[]): EvidenceProblem[] {
  const last = new Map<string, string>();
  const problems: EvidenceProblem[] = [];
  for (const { source, evidence } of documents) {
    const chain = chainOf(evidence);
    const before = last.get(chain);
    if (before !== undefined && evidence.previousDigest !== before) {
      const named = evidence.previousDigest ?? 'no document before it';
      problems.push({ source, problem: `breaks the chain: it names ${named}, the document before it is ${before}` });
    }
    last.set(chain, evidence.digest);
  }
  return problems;
}
