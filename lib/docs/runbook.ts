/** A page that somebody follows at night. Each section is Markdown; commands stand in `sh` blocks. */
export interface Runbook {
  /** One line, without the final period. */
  readonly title: string;
  /** When this page is the right one. */
  readonly when: string;
  /** What users notice, and what is in danger. */
  readonly impact: string;
  /** What to look at, and how to tell the cases apart. Changes nothing. */
  readonly check: string;
  /** What to do. */
  readonly act: string;
  /** How to know that it worked. */
  readonly verify: string;
  /** The way back. */
  readonly undo: string;
}

const SECTIONS = ['when', 'impact', 'check', 'act', 'verify', 'undo'] as const;

/** The page as Markdown. */
export function runbookPage(runbook: Runbook): string {
  const sections = SECTIONS.map(
    (section) => `## ${section[0]!.toUpperCase()}${section.slice(1)}\n\n${runbook[section].trim()}\n`,
  );
  return `# ${runbook.title}\n\n${sections.join('\n')}`;
}

/** A block of shell commands. */
export function sh(...lines: readonly string[]): string {
  return `\`\`\`sh\n${lines.join('\n')}\n\`\`\``;
}
