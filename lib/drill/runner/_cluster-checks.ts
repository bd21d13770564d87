import type { EvidenceCheck } from '../../evidence/evidence';
import type { FailoverConfig } from './config';
import { check } from './preconditions';
import type { RunRecord } from './record';

/** A wall clock may be slewed by NTP; more than this is a jump. */
const CLOCK_JUMP_MS = 500;
const READ_ONLY = '25006';

/** Whether the right primary took over. */
export function primaryMoved(record: RunRecord): EvidenceCheck {
  const { primaryBefore, primaryAfter, clusterState } = record;
  const moved = primaryAfter !== primaryBefore && primaryAfter !== '';
  const observed = moved ? primaryAfter : `${primaryAfter || 'unknown'}; ${clusterState}`;
  return check('primary-moved', moved, `another primary than ${primaryBefore}`, observed);
}

/** What the cluster must be like when a failover is over. */
export function clusterChecks(record: RunRecord, config: FailoverConfig): EvidenceCheck[] {
  const { primaryBefore, redundancyAt, triggeredAt, synchronousAfter, clockJumpMs } = record;
  const { redundancySeconds } = config.bounds;
  const timeline = record.timelineBefore + 1;
  const checks = [
    check(
      'timeline-advanced',
      record.timelineAfter === timeline,
      `timeline ${timeline}`,
      `timeline ${record.timelineAfter}`,
    ),
    onePrimary(record),
    check(
      'ex-primary-back',
      record.exPrimaryStreaming,
      `${primaryBefore} streams from the new primary`,
      record.exPrimaryStreaming ? 'streaming' : 'not streaming',
    ),
    check(
      'ex-primary-refuses-writes',
      record.exPrimaryWrite === READ_ONLY,
      `SQLSTATE ${READ_ONLY}, read-only`,
      record.exPrimaryWrite,
    ),
    check(
      'redundancy-back',
      redundancyAt !== null,
      `all instances ready within ${redundancySeconds} s`,
      redundancyAt === null ? record.clusterState : `${((redundancyAt - triggeredAt) / 1000).toFixed(2)} s`,
    ),
    check(
      'clock-steady',
      Math.abs(clockJumpMs) <= CLOCK_JUMP_MS,
      `wall clock within ${CLOCK_JUMP_MS} ms of the monotonic clock`,
      `moved by ${Math.round(clockJumpMs)} ms`,
    ),
  ];
  if (config.preconditions.synchronous) {
    const observed = synchronousAfter.join(', ') || 'no synchronous standby';
    checks.push(check('synchronous-again', synchronousAfter.length > 0, 'commits wait for a standby again', observed));
  }
  return checks;
}

/** Looks that saw nobody say nothing: one look at least must have seen the one primary. */
function onePrimary({ roles }: RunRecord): EvidenceCheck {
  const split = roles.find((sample) => sample.primaries.length > 1);
  const seen = roles.filter((sample) => sample.primaries.length === 1).length;
  const observed =
    split === undefined
      ? `one in ${seen} of ${roles.length} looks`
      : `${split.primaries.join(' and ')} at ${(split.at / 1000).toFixed(1)} s`;
  return check('one-primary', split === undefined && seen > 0, 'never more than one instance takes writes', observed);
}
