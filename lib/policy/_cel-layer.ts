import { type PathSegment, formatPath } from './_path';
import { evaluate } from './cel';
import type { CelTask } from './defaults';
import type { Finding, ObjectRef, Skipped } from './finding';

/** Runs the CEL rules of one object; returns whether any failed. */
export function judgeCel(
  manifest: unknown,
  object: ObjectRef,
  tasks: readonly CelTask[],
  ledger: { readonly findings: Finding[]; readonly skipped: Skipped[]; passed: number; failed: number },
): boolean {
  let failed = false;
  for (const { rule, segments, self } of tasks) {
    const outcome = evaluate(rule, self);
    switch (outcome.status) {
      case 'passed':
        ledger.passed += 1;
        break;
      case 'skipped':
        ledger.skipped.push({
          rule: 'cel',
          object,
          reason: outcome.reason,
          detail: `${formatPath(manifest, segments)}: ${outcome.detail}`,
        });
        break;
      case 'failed':
        failed = true;
        ledger.failed += 1;
        ledger.findings.push(finding(manifest, object, segments, outcome));
        break;
    }
  }
  return failed;
}

function finding(
  manifest: unknown,
  object: ObjectRef,
  segments: readonly PathSegment[],
  { message, fix }: { readonly message: string; readonly fix?: string },
): Finding {
  const words = fix === undefined ? { message } : { message, fix };
  return { rule: 'cel', severity: 'error', object, path: formatPath(manifest, segments), segments, ...words };
}
