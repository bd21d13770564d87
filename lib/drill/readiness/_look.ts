import type { EvidenceCheck, ReadinessRow } from '../../evidence/evidence';
import { KubernetesError } from '../runner/kubernetes';

/** How the observed value of a check begins that could not be made. It is never one that passed. */
export const NOT_CHECKED = 'not checked: ';

/** Collects what a readiness check sees. */
export class Look {
  public readonly checks: EvidenceCheck[] = [];
  public readonly inventory: ReadinessRow[] = [];

  public check(name: string, ok: boolean, expected: string, observed: string): void {
    this.checks.push({ name: checkName(name), ok, expected, observed });
  }

  /** Expected names against found ones: all there, or which are not. */
  public none(name: string, expected: string, offenders: readonly string[], whenNone: string): void {
    this.check(name, offenders.length === 0, expected, offenders.join('; ') || whenNone);
  }

  public found(subject: string, facts: Readonly<Record<string, string>>): void {
    this.inventory.push({ subject, facts });
  }

  /**
   * Reads for some checks, or says of each of them that it was not made and why. Returns undefined then. An object that
   * is not there is null: its absence is something that was seen.
   */
  public async read<T>(
    checks: readonly (readonly [name: string, expected: string])[],
    read: () => Promise<T>,
  ): Promise<T | undefined> {
    // prettier-ignore
    try {
      return await read();
    } catch (error) {
      for (const [name, expected] of checks) {
        this.check(name, false, expected, NOT_CHECKED + reasonOf(error));
      }
      return undefined;
    }
  }
}

/** Whether a check could not be made at all. */
export function wasNotMade(check: EvidenceCheck): boolean {
  return !check.ok && check.observed.startsWith(NOT_CHECKED);
}

/** `clusters.postgresql.cnpg.io` as the name of a check. */
function checkName(text: string): string {
  return text.toLowerCase().replace(/[^a-z0-9]+/g, '-');
}

function reasonOf(error: unknown): string {
  if (error instanceof KubernetesError && error.code === 403) {
    return `this account may not read it (${error.message})`;
  }
  return (error as Error).message;
}
