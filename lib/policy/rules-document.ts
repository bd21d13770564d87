import { dump } from 'js-yaml';
import { valueAt, parsePath } from './_path';
import { objectOr } from './resource';
import { rules } from './registry';
import type { PolicyRule, RuleFamily } from './rule';

const TITLES: Readonly<Record<RuleFamily, string>> = {
  references: 'References: every name leads somewhere',
  kubernetes: 'Kubernetes: what the API server refuses, and no schema can say',
  'cloudnative-pg': 'CloudNativePG: what only its webhook, or nobody, checks',
  availability: 'Availability: a node may be lost or drained at any time',
  network: 'Network: closed by default, open where it must be',
  security: 'Security: no more rights than needed',
  gitops: 'GitOps: what engines do with what is in git',
  drills: 'Drills: they end, alone, and leave a trace',
};

/** `docs/rules.md`: every rule with its reason and the one fact that makes it fire. */
export function rulesDocument(): string {
  const families = Object.keys(TITLES) as RuleFamily[];
  const chapters = families.map((family) => {
    const own = rules.filter((rule) => rule.family === family);
    return `## ${TITLES[family]}\n\n${own.map(section).join('\n')}`;
  });
  const index = families.map((family) => {
    const names = rules.filter((rule) => rule.family === family).map(({ name }) => `[${name}](#${name})`);
    return `- ${TITLES[family].split(':')[0]}: ${names.join(', ')}`;
  });
  return `# Rules

${rules.length} rules that no schema knows. An error stops synthesis and fails \`phoenix check\`; a warning is shown. Beside
them run the schemas (\`schema\`, \`unknown-kind\`, \`target-version\`) and the CRDs' own rules (\`cel\`). \`internal\` is a
rule that broke off: a defect of this package, shown because the object was not judged.

To accept a finding, write on the object why: \`cdk8s-phoenix.dev/ignore-<rule>: "reason"\`.

${index.join('\n')}

${chapters.join('\n')}`;
}

function section(rule: PolicyRule): string {
  const { broken, fine } = rule.example();
  const object = objectOr(fine[broken.object]);
  const segments = parsePath(broken.path);
  const before = valueAt(object, segments);
  return `### ${rule.name}

${rule.severity}, ${rule.kinds.includes('*') ? 'every kind' : rule.kinds.map(shortKind).join(', ')}. Asks: ${rule.summary}.

${rule.why}

To do: ${rule.remediation}.

\`\`\`yaml
# ${String(object['kind'])}
${line('fine', broken.path, before)}
${line('fires', broken.path, broken.value)}
\`\`\`
`;
}

function shortKind(kind: string): string {
  return kind.split('/').at(-1) as string;
}

function line(word: string, path: string, value: unknown): string {
  const shown =
    value === undefined ? `# ${path} is not set` : `${path}: ${dump(value, { flowLevel: 0, lineWidth: -1 }).trim()}`;
  return `${shown}  # ${word}`;
}
