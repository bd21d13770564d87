import type { Evidence } from './evidence';
import { chainOf, isStale, type History, type SourcedEvidence } from './history';

/** The documents of one drill of one service, oldest first. Never empty. */
export interface Chain {
  readonly title: string;
  readonly documents: readonly SourcedEvidence[];
  readonly newest: Evidence;
}

/** Documents by chain, in the order in which the chains first appear. */
export function chainsOf(documents: readonly SourcedEvidence[]): readonly Chain[] {
  const chains = new Map<string, SourcedEvidence[]>();
  for (const document of documents) {
    const chain = chainOf(document.evidence);
    chains.set(chain, [...(chains.get(chain) ?? []), document]);
  }
  return [...chains.values()].map((list) => {
    const newest = list.at(-1)!.evidence;
    const { service, platform, drill, mode } = newest;
    const name = drill === 'readiness' ? `Readiness from ${mode}` : 'Failover drill';
    return { title: `${name}, ${service} on ${platform}`, documents: list, newest };
  });
}

/**
 * Whether the evidence at hand does not speak for itself: a document does not hold, there is none, or the newest of a
 * chain did not pass, left something behind or is stale.
 */
export function needsPerson({ documents, problems }: History, now: Date): boolean {
  const speaks = ({ newest }: Chain): boolean =>
    newest.verdict === 'passed' && newest.cleanup.ok && !isStale(newest, now);
  return problems.length > 0 || documents.length === 0 || !chainsOf(documents).every(speaks);
}
