import { list } from './_read';

/** A toleration, as a pod has it. */
export interface Toleration {
  readonly key?: string;
  readonly operator?: string;
  readonly value?: string;
  readonly effect?: string;
  readonly tolerationSeconds?: number;
}

interface Taint {
  readonly key: string;
  readonly value?: string;
  readonly effect: string;
}

/** What a cordoned node is tainted with, and so one that drains. */
export const CORDON: Taint = { key: 'node.kubernetes.io/unschedulable', effect: 'NoSchedule' };
/** What keeps new pods from a lost node. Another taint of the same key, `NoExecute`, evicts those that are there. */
export const UNREACHABLE: Taint = { key: 'node.kubernetes.io/unreachable', effect: 'NoSchedule' };
const EVICTED: Taint = { ...UNREACHABLE, effect: 'NoExecute' };
/** What the admission plugin DefaultTolerationSeconds writes into a pod that says nothing. */
const DEFAULT_SECONDS = 300;

/** The toleration that counts for a taint: the first one that matches. */
export function tolerationOf(tolerations: unknown, taint: Taint): Toleration | undefined {
  return (list(tolerations) as Toleration[]).find(
    ({ effect = '', key = '', operator = 'Equal', value = '' }) =>
      (effect === '' || effect === taint.effect) &&
      (key === '' ? operator === 'Exists' : key === taint.key) &&
      (operator === 'Exists' || (operator === 'Equal' && value === (taint.value ?? ''))),
  );
}

/** Seconds until a pod is evicted from a lost node; undefined if never. */
export function evictedAfter(tolerations: unknown): number | undefined {
  const toleration = tolerationOf(tolerations, EVICTED);
  if (toleration !== undefined) {
    const { tolerationSeconds } = toleration;
    return tolerationSeconds === undefined ? undefined : Math.max(0, tolerationSeconds);
  }
  // The plugin looks at keys and effects alone, and adds nothing where one is there that then does not match.
  const kept = (list(tolerations) as Toleration[]).some(
    ({ effect = '', key = '' }) => ['', EVICTED.key].includes(key) && ['', EVICTED.effect].includes(effect),
  );
  return kept ? 0 : DEFAULT_SECONDS;
}
