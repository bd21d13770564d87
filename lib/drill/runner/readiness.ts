import type { Findings, RunContext } from './context';

export function readinessEvidence(_run: RunContext): Promise<Findings> {
  throw new Error('not yet');
}
