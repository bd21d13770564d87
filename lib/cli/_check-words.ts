import { printable } from '../_printable';
import { type Finding, objectName } from '../policy/finding';

/** `Cluster shop/db spec.instances: what is wrong; to do: what to write`, one line. */
export function sentence(finding: Finding): string {
  const fix = finding.fix === undefined ? '' : `; to do: ${finding.fix}`;
  return printable(`${placeOf(finding)}${finding.message}${fix}`);
}

/** `Cluster shop/db spec.instances: `, or nothing for a file as a whole. */
export function placeOf({ object, path }: Finding): string {
  const parts = [object.kind === 'file' ? '' : objectName(object), path].filter((part) => part !== '');
  return parts.length === 0 ? '' : `${parts.join(' ')}: `;
}

/** The file of a finding, or nothing. */
export function fileOf({ object }: Finding): string {
  return object.origin.file ?? '';
}

/** `3 errors`. */
export function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}
