import type { Evidence } from '../../evidence/evidence';

/** Kubernetes cuts a termination message off here, without a word. */
const MAX_BYTES = 4096;

/** What a person needs first, as `kubectl describe pod` shows it. */
export function terminationMessage(evidence: Evidence): string {
  const { drill, runId, verdict, reason, digest, cleanup } = evidence;
  const ms = (value: number | null) => (value === null ? 'not back' : `${Math.round(value)} ms`);
  const lines = evidence.repetitions.map(
    (r, i) =>
      `run ${i + 1}: writes ${ms(r.writeOutageMs)}, reads ${ms(r.readOutageMs)}, api ${ms(r.apiOutageMs)}, lost ${r.writes.lost ?? 'unknown'}`,
  );
  const failed = [...evidence.preconditions, ...evidence.repetitions.flatMap((r) => r.checks), ...evidence.checks]
    .filter((c) => !c.ok)
    .map((c) => `${c.name}: expected ${c.expected}, observed ${c.observed}`);
  const text = [
    `${drill} ${verdict}: ${reason}`,
    `run ${runId}, ${digest}, cleanup ${cleanup.ok ? 'ok' : `FAILED: ${cleanup.notes.join('; ')}`}`,
    ...lines,
    ...failed,
    ...evidence.handover,
  ].join('\n');
  return cutBytes(text, MAX_BYTES);
}

/** Cuts a text to a number of bytes without breaking a character. */
export function cutBytes(text: string, max: number): string {
  const bytes = Buffer.from(text);
  if (bytes.length <= max) {
    return text;
  }
  let end = max - 3;
  while (((bytes[end] ?? 0) & 0xc0) === 0x80) {
    end--;
  }
  return `${bytes.subarray(0, end).toString()}...`;
}
