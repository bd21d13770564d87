import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { PhoenixApp } from '../../lib';
import { checkDocuments } from '../../lib/docs/check-documents';
import { commands } from '../../lib/cli/registry';
import { commandHelp } from '../../lib/cli/_help';
import { DRILL_EXIT_CODES } from '../../lib/evidence/exit-code';
import { service } from '../_build';

function pagesOf(props: Parameters<typeof service>[2] = {}) {
  const app = new PhoenixApp();
  service(app, 'shop', props);
  const folder = 'docs/shop/runbooks/';
  const pages = new Map(
    app.files().flatMap(({ path, text }) => (path.startsWith(folder) ? [[path.slice(folder.length), text]] : [])),
  );
  return { app, pages };
}

const NAMES = ['run-a-failover-drill.md', 'PhoenixReadinessFailed.md', 'PhoenixReadinessStale.md'];

describe('the runbooks of drills', () => {
  const { app, pages } = pagesOf();

  it.each(NAMES)('%s has its six sections, in order, none empty, and leads only where there is a page', (name) => {
    const text = pages.get(name)!;
    const sections = text.split(/^## /m).slice(1);
    expect(sections.map((section) => section.split('\n')[0])).toEqual(['When', 'Impact', 'Check', 'Act', 'Verify', 'Undo']); // prettier-ignore
    expect(sections.every((section) => section.split('\n').slice(1).join('').trim().length > 3)).toBe(true);
    expect(text).not.toMatch(/undefined|\[object|NaN/);
    expect(text.split('\n').length).toBeLessThan(170);
    const links = [...text.matchAll(/\]\(([^):]+\.md)\)/g)].map((match) => match[1]!);
    expect(links.filter((to) => !pages.has(to))).toEqual([]);
  });

  it('name only what is there', () => {
    expect(checkDocuments(app, app.units(), app.files(), [])).toEqual([]);
  });

  it('say who pulls which plug within which time, and when the node goes back', () => {
    const text = pagesOf({ drills: { failover: { mode: 'external' } } }).pages.get('run-a-failover-drill.md')!;
    expect(text).toContain('`shop-failover-drill` has `external`.');
    expect(text).toContain('cut its power within 30 minutes');
    expect(text).toContain('All clients must be served again within 10 minutes');
    expect(text).toContain('within **30 minutes of the cut**');
  });

  it('are not there without the drill, or without the readiness check', () => {
    expect(NAMES.filter((name) => pagesOf({ drills: false }).pages.has(name))).toEqual([]);
    const without = pagesOf({ drills: { readiness: false } }).pages;
    expect(NAMES.filter((name) => without.has(name))).toEqual(['run-a-failover-drill.md']);
  });
});

describe('the exit codes of a drill', () => {
  it.each(DRILL_EXIT_CODES)('%i, %s, stands alike in help, README and runbook', async (code, meaning) => {
    const drill = await commands.find(({ name }) => name === 'drill failover')!.load();
    const readme = readFileSync('README.md', 'utf8');
    const page = pagesOf().pages.get('run-a-failover-drill.md')!;
    expect(commandHelp(drill)).toContain(`\n  ${code}  ${meaning}\n`);
    for (const text of [readme, page]) {
      expect(text).toContain(`\n| ${code} | ${meaning} |\n`);
      expect(text.match(new RegExp(`^\\| ${code} \\| (?!.*\\|.*\\|)`, 'gm'))).toHaveLength(1);
    }
  });

  it('are the only table in the help of the drill', async () => {
    const drill = await commands.find(({ name }) => name === 'drill failover')!.load();
    expect(commandHelp(drill).match(/[Ee]xit codes/g)).toHaveLength(1);
  });
});
