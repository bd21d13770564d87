import { Chart } from 'cdk8s';
import type { IConstruct } from 'constructs';
import { refuse } from './_refuse';

/** Longest name of a CronJob: its Jobs add 11 characters to it. */
export const MAX_CRON_JOB_NAME = 52;

const DNS_LABEL = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/;
const DNS_NAME = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;
const DNS_1035_LABEL = /^[a-z]([-a-z0-9]*[a-z0-9])?$/;

/**
 * The construct's path as one DNS label: `state-hub/api` is `state-hub-api`. No hash, because people type these names.
 * Two constructs can have the same path name (`a-b/c`, `a/b-c`); whoever writes objects refuses duplicates.
 */
export function pathName(construct: IConstruct): string {
  return construct.node.path.replace(/\//g, '-');
}

/** Refuses a name that Kubernetes would refuse (RFC 1123 label: 63 characters, lower case, digits, dashes). */
export function checkDnsLabel(where: IConstruct | string, property: string, name: string, max = 63): void {
  check(DNS_LABEL, 'start and end with a letter or digit', where, property, name, max);
}

/** As `checkDnsLabel`, for names that become a Service: they start with a letter (RFC 1035 label). */
export function checkServiceName(where: IConstruct | string, property: string, name: string, max = 63): void {
  check(DNS_1035_LABEL, 'start with a letter and end with a letter or digit', where, property, name, max);
}

/** Refuses a name that is no RFC 1123 subdomain, such as that of a Secret: labels joined by dots, 253 characters. */
export function checkDnsName(where: IConstruct | string, property: string, name: string): void {
  check(DNS_NAME, 'start and end with a letter or digit', where, property, name, 253, 'digits, dashes and dots');
}

/** The namespace of the chart that holds the construct; manifests always name theirs. */
export function namespaceOf(construct: IConstruct): string {
  const namespace = Chart.of(construct).namespace;
  if (namespace === undefined) {
    refuse(
      construct,
      `the chart has no namespace; write new Chart(app, '${Chart.of(construct).node.id}', { namespace: '...' })`,
    );
  }
  checkDnsLabel(construct, 'namespace', namespace);
  return namespace;
}

function check(
  pattern: RegExp,
  ends: string,
  where: IConstruct | string,
  property: string,
  name: unknown,
  max: number,
  others = 'digits and dashes',
): void {
  if (typeof name !== 'string') {
    refuse(where, `'${property}' must be a name, got ${JSON.stringify(name) ?? 'nothing'}`);
  }
  if (name.length > max) {
    refuse(where, `'${property}' must have at most ${max} characters, got ${name.length}: '${name}'`);
  }
  if (!pattern.test(name)) {
    refuse(where, `'${property}' must use lower-case letters, ${others}, and ${ends}, got '${name}'`);
  }
}
