import type { OutputFile, RenderedUnit } from './rendered';
import { GENERATED } from './writer';

/** The page that a person finds first in the output folder. It is also how the writer knows the folder is its own. */
export function outputReadme(units: readonly RenderedUnit[], files: readonly OutputFile[]): OutputFile {
  const sections = [
    `${GENERATED}\n\nEverything here is written by synthesis and overwritten by the next one. Change the program, not these files.`,
    `## Units\n\nEach folder in \`manifests/\` is one unit: applied, gated and depended on as a whole.\n\n${unitTable(units)}`,
  ];
  const documents = files.filter(({ path }) => path.startsWith('docs/'));
  if (documents.length > 0) {
    const links = documents
      .filter(({ path }) => isEntrance(path))
      .map(({ path }) => `- [${path.slice('docs/'.length)}](${path})`)
      .sort();
    sections.push(`## Documents\n\n${links.join('\n')}`);
  }
  return { path: 'README.md', text: `${sections.join('\n\n')}\n` };
}

/** A page that people open first; what lies deeper is found from the README of its folder. */
function isEntrance(path: string): boolean {
  const parts = path.split('/');
  return parts.length <= 3 ? path.endsWith('.md') : parts.length === 4 && parts[3] === 'README.md';
}

function unitTable(units: readonly RenderedUnit[]): string {
  const rows = [...units]
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .map((unit) => `| ${unit.name} | ${holds(unit)} | ${[...unit.dependsOn, ...unit.dependsOnExternal].join(', ')} |`);
  return ['| unit | holds | after |', '| --- | --- | --- |', ...rows].join('\n');
}

function holds(unit: RenderedUnit): string {
  if (unit.folder !== undefined) {
    return `hand-owned files in \`${unit.folder}/\``;
  }
  const counts = new Map<string, number>();
  for (const { manifest } of unit.objects) {
    counts.set(manifest.kind, (counts.get(manifest.kind) ?? 0) + 1);
  }
  return [...counts]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([kind, count]) => (count === 1 ? kind : `${count} ${kind}`))
    .join(', ');
}
