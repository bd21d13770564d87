import { type Size, SizeRoundingBehavior } from 'cdk8s';
import type { Cpu } from 'cdk8s-plus-28';
import type { IConstruct } from 'constructs';
import { refuse, shown } from './_refuse';

const KIBIBYTE = 1024;
const SUFFIXES = ['Ki', 'Mi', 'Gi', 'Ti', 'Pi'];

/** Mebibytes, fractions and all. Refuses what is no Size, as a program without types may pass. */
export function mebibytes(where: IConstruct | string, property: string, size: Size): number {
  if (typeof (size as Partial<Size> | undefined)?.toMebibytes !== 'function') {
    refuse(where, `'${property}' must be a Size, such as Size.gibibytes(20), got ${shown(size)}`);
  }
  return size.toMebibytes({ rounding: SizeRoundingBehavior.NONE });
}

/** Whole kibibytes, at least one. */
export function kibibytes(where: IConstruct, property: string, size: Size): number {
  const amount = mebibytes(where, property, size) * KIBIBYTE;
  if (!Number.isSafeInteger(amount) || amount < 1) {
    refuse(where, `'${property}' must be a whole number of kibibytes, at least 1, got ${amount}`);
  }
  return amount;
}

/** Bytes of a size that was checked by `kibibytes`. */
export function bytes(where: IConstruct, property: string, size: Size): number {
  return kibibytes(where, property, size) * KIBIBYTE;
}

/**
 * A size as the API server would write it back: the largest suffix that divides it (`1Gi`, never `1024Mi`). Anything
 * else comes back changed from the CloudNativePG webhook and shows as drift for ever.
 */
export function sizeQuantity(where: IConstruct, property: string, size: Size): string {
  let amount = kibibytes(where, property, size);
  let suffix = 0;
  while (amount % 1024 === 0 && suffix < SUFFIXES.length - 1) {
    amount /= 1024;
    suffix += 1;
  }
  return `${amount}${SUFFIXES[suffix]}`;
}

/** Millicores, at least one. */
export function millicores(where: IConstruct, property: string, cpu: Cpu): number {
  if (typeof (cpu as Partial<Cpu> | undefined)?.amount !== 'string') {
    refuse(where, `'${property}' must be a Cpu, such as Cpu.millis(500), got ${shown(cpu)}`);
  }
  const amount = cpu.amount.endsWith('m') ? Number(cpu.amount.slice(0, -1)) : Number(cpu.amount) * 1000;
  if (!Number.isInteger(amount) || amount < 1) {
    refuse(where, `'${property}' must be a whole number of millicores, at least 1, got '${cpu.amount}'`);
  }
  return amount;
}

/** CPU as the API server would write it back: `2`, never `2000m`. */
export function cpuQuantity(where: IConstruct, property: string, cpu: Cpu): string {
  const amount = millicores(where, property, cpu);
  return amount % 1000 === 0 ? `${amount / 1000}` : `${amount}m`;
}
