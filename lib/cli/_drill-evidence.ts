import type { KubernetesClient } from '../drill/runner/kubernetes';
import type { Evidence } from '../evidence/evidence';
import { readHistory } from '../evidence/history';
import { textsIn } from './_evidence-source';

/** What following a run left to find its evidence by. */
export interface RunTrace {
  readonly namespace: string;
  /** The evidence line of its log. */
  readonly logged: unknown;
  readonly runId: string | undefined;
  /** When its Job was made, by the clock of the cluster. */
  readonly since: string;
}

/** One document as the cluster has it, byte for byte. */
export interface FoundEvidence {
  readonly evidence: Evidence;
  readonly text: string;
}

/**
 * The evidence of a run: from its log, and else from the ConfigMap that it was stored in. Only what matches the schema and
 * its own digest counts; of what does not, `complain` is told.
 */
export async function findEvidence(
  client: KubernetesClient,
  trace: RunTrace,
  complain: (problem: string) => void,
): Promise<FoundEvidence | undefined> {
  const judge = (source: string, text: string): FoundEvidence[] => {
    const { documents, problems } = readHistory([{ source, text }]);
    problems.forEach((p) => complain(`${p.source} ${p.problem}`));
    return documents.map(({ evidence }) => ({ evidence, text }));
  };
  // Of the log's object as of the stored one: a round trip through JSON keeps the bytes.
  const logged = trace.logged === undefined ? [] : judge('the evidence in the log', JSON.stringify(trace.logged));
  if (logged[0] !== undefined) {
    return logged[0];
  }
  try {
    const stored = await textsIn(client, trace.namespace);
    const ours = stored.filter(({ text }) => isOf(trace, text)).flatMap(({ source, text }) => judge(source, text));
    // Two runs since then, and nothing that says which is ours: better none than another's.
    return ours.length === 1 ? ours[0] : undefined;
  } catch (error) {
    complain(`the stored evidence cannot be read: ${(error as Error).message}`);
    return undefined;
  }
}

function isOf({ runId, since }: RunTrace, text: string): boolean {
  try {
    const { drill, runId: its, startedAt } = JSON.parse(text) as Partial<Evidence>;
    return runId === undefined ? drill === 'failover' && (startedAt ?? '') >= since : its === runId;
  } catch {
    return false;
  }
}
