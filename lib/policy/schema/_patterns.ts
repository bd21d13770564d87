const LABEL = '[a-z0-9]([-a-z0-9]*[a-z0-9])?';
const BYTE = '(25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])';
const IPV4 = `${BYTE}(\\.${BYTE}){3}`;
const IPV6 = `[0-9A-Fa-f]{0,4}(:[0-9A-Fa-f]{0,4}){2,7}(:${IPV4})?`;
const QUANTITY = '(([0-9]+(\\.[0-9]*)?)|(\\.[0-9]+))(([KMGTPE]i)|[numkMGTPE]|([eE](\\+|-)?[0-9]+))?';
const QUALIFIED = '([A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?)';

/**
 * Forms that the API server asks of a text and that the published schemas leave out, as keywords of a schema
 * (k8s.io/apimachinery, util/validation).
 */
export const FORMS = {
  label: { pattern: '^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$' },
  letterLabel: { pattern: '^[a-z]([-a-z0-9]{0,61}[a-z0-9])?$' },
  subdomain: { pattern: `^${LABEL}(\\.${LABEL})*$`, maxLength: 253 },
  pathSegment: { pattern: '^(?!\\.{1,2}$)[^/%]+$' },
  portName: { pattern: '^(?=.*[a-z])(?!.*--)[a-z0-9]([-a-z0-9]{0,13}[a-z0-9])?$' },
  labelKey: { pattern: `^(${LABEL}(\\.${LABEL})*/)?${QUALIFIED}$` },
  annotationKey: { pattern: `^([A-Za-z0-9]([-A-Za-z0-9.]*[A-Za-z0-9])?/)?${QUALIFIED}$` },
  labelValue: { pattern: '^([A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?)?$' },
  dataKey: { pattern: '^(?!\\.$)(?!\\.\\.)[-._a-zA-Z0-9]+$', maxLength: 253 },
  environmentName: { pattern: '^[ -<>-~]+$' },
  insidePath: { pattern: '^(?!/)(?!(.*/)?\\.\\.(/|$))' },
  absolutePath: { pattern: '^/' },
  httpsUrl: { pattern: '^https://.' },
  address: { pattern: `^(${IPV4}|${IPV6})$` },
  clusterAddress: { pattern: `^(None|${IPV4}|${IPV6})?$` },
  range: { pattern: `^(${IPV4}/([0-9]|[12][0-9]|3[0-2])|${IPV6}/([0-9]|[1-9][0-9]|1[01][0-9]|12[0-8]))$` },
  host: { pattern: `^((\\*\\.)?(?!([0-9]+\\.){3}[0-9]+$)${LABEL}(\\.${LABEL})*)?$`, maxLength: 253 },
  webhookName: { pattern: `^${LABEL}(\\.${LABEL}){2,}$` },
  containerResource: { pattern: '^(cpu|memory|ephemeral-storage|hugepages-.+|[^/]+/.+)$' },
  medium: { pattern: '^(Memory|HugePages(-.+)?)?$' },
  amount: { pattern: `^\\+?${QUANTITY}$` },
  size: { pattern: `^(?!\\+?[0.]+([a-zA-Z].*)?$)\\+?${QUANTITY}$` },
} as const;

/** What a text of each form must be, as the end of a sentence. */
const WORDS: Readonly<Record<keyof typeof FORMS, string>> = {
  label: "must be at most 63 lower-case letters, digits and '-', with a letter or digit at both ends",
  letterLabel:
    "must be at most 63 lower-case letters, digits and '-', starting with a letter and ending with a letter or digit",
  subdomain: "must be lower-case letters, digits, '-' and '.', with a letter or digit at both ends of every part",
  pathSegment: "must be no '.', no '..', and have no '/' and no '%'",
  portName: "must be at most 15 lower-case letters, digits and single '-', with at least one letter",
  labelKey: "must be a label's name such as 'app' or 'example.org/app'",
  annotationKey: "must be an annotation's name such as 'note' or 'example.org/note'",
  labelValue: 'must start and end with a letter or digit, between them also - _ . and at most 63 in all',
  dataKey: "must be letters, digits, '-', '_' and '.' only",
  environmentName: "must be printable ASCII without '='",
  insidePath: "must be a relative path without '..'",
  absolutePath: "must start with '/'",
  httpsUrl: "must start with 'https://'",
  address: 'must be an IP address',
  clusterAddress: "must be an IP address, or 'None'",
  range: "must be a range of addresses such as '10.0.0.0/8'",
  host: "must be a host name such as 'shop.example.org' or '*.example.org', and no address",
  webhookName: "must have at least three parts, such as 'check.shop.example.org'",
  containerResource:
    "must be cpu, memory, ephemeral-storage, hugepages-<size>, or have a domain such as 'example.org/gpu'",
  medium: "must be '', Memory, HugePages or HugePages-<size>",
  amount: "must be a quantity of 0 or more such as '500m', '2' or '20Gi'",
  size: "must be a quantity above 0 such as '20Gi'",
};

const BY_PATTERN: ReadonlyMap<string, string> = new Map(
  Object.entries(FORMS).map(([name, { pattern }]) => [pattern, WORDS[name as keyof typeof FORMS]]),
);

/** What a text with this pattern must be, if it is one of `FORMS`; also where it may be left empty. */
export function wordsOf(pattern: string): string | undefined {
  return BY_PATTERN.get(pattern.replace(/^\^\$\|/, ''));
}
