import type { Verdict } from './evidence';

/** How the program of a drill ends: by its verdict. */
export type DrillExitCode = 0 | 1 | 2 | 3;

/**
 * What the exit codes of a drill mean: those of its program in the Job, which `phoenix drill` hands on, and one more for
 * `phoenix drill` itself. Help, README and runbook print these very lines.
 */
export const DRILL_EXIT_CODES = [
  [0, 'passed'],
  [1, 'failed: an objective was missed, a write was lost, or something did not come back'],
  [2, 'aborted: a precondition did not hold, nothing was taken away'],
  [3, 'passed, but something was left behind: the notes say what'],
  [4, 'phoenix could not run or follow it, so the verdict is not known here'],
] as const;

/** The exit code of a verdict. What was left behind after a failure does not hide the failure. */
export function exitCodeOf(verdict: Verdict, cleanedUp: boolean): DrillExitCode {
  return verdict === 'failed' ? 1 : verdict === 'aborted' ? 2 : cleanedUp ? 0 : 3;
}
