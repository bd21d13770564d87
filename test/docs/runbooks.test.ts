import { Size } from 'cdk8s';
import { describe, expect, it } from 'vitest';
import { Runbooks } from '../../lib/docs/runbooks';
import { sh } from '../../lib/docs/runbook';
import { stateHub } from './state-hub';

const { app, scope, monitoring, runbooks, ...parts } = stateHub();
const pages = new Map(
  app
    .files()
    .filter(({ path }) => path.startsWith('docs/state-hub/runbooks/'))
    .map(({ path, text }) => [path.slice('docs/state-hub/runbooks/'.length), text]),
);
const props = {
  database: parts.database,
  backupSchedule: parts.backupSchedule,
  api: parts.api,
  companions: parts.companions,
};

describe('runbooks', () => {
  it('are there for every alert, where its link leads', () => {
    const rule = monitoring!.apiObject.toJson();
    const links: string[] = rule.spec.groups[0].rules.map((x: any) => x.annotations.runbook_url);
    expect(links.length).toBeGreaterThanOrEqual(19);
    for (const link of links) {
      expect(pages.has(link.slice(link.lastIndexOf('/') + 1))).toBe(true);
    }
  });

  it('are refused where an alert has none, unless a page with its name is given', () => {
    const alert = { ...monitoring!.alerts[0]!, name: 'PhoenixNew' };
    expect(() => new Runbooks(scope, 'more', { ...props, alerts: [alert] })).toThrow(
      /alert 'PhoenixNew' has no runbook; add one to 'pages'/,
    );
    const page = { title: 'New', when: 'x', impact: 'x', check: 'x', act: sh('true'), verify: 'x', undo: 'x' };
    const own = new Runbooks(stateHub().scope, 'own', {
      ...props,
      alerts: [alert],
      pages: { PhoenixNew: () => page },
    });
    expect(own.names).toContain('PhoenixNew');
  });

  it.each([
    'node-lost',
    'planned-node-maintenance',
    'primary-stuck',
    'failover-denied-by-quorum',
    'disk-full',
    'restore-cluster',
    'restore-to-a-point-in-time',
    'rotate-credentials',
    'rotate-age-key',
    'move-clients',
    'new-operator-machine',
    'fall-back-and-return',
  ])('are there for the procedure %s', (name) => {
    expect(runbooks.names).toContain(name);
    expect(pages.has(`${name}.md`)).toBe(true);
  });

  it.each([...pages].filter(([name]) => name !== 'README.md'))(
    '%s has its six sections, in order, and none is empty',
    (_, text) => {
      const sections = text.split(/^## /m).slice(1);
      expect(sections.map((section) => section.split('\n')[0])).toEqual([
        'When',
        'Impact',
        'Check',
        'Act',
        'Verify',
        'Undo',
      ]);
      expect(sections.map((section) => section.split('\n').slice(1).join('').trim().length).every((x) => x > 3)).toBe(
        true,
      );
      expect(text).not.toMatch(/undefined|\[object|NaN/);
      expect(text.split('\n').length).toBeLessThan(220);
    },
  );

  it('lead nowhere that is not there', () => {
    const broken = [...pages].flatMap(([name, text]) =>
      [...text.matchAll(/\]\(([^):]+\.md)\)/g)]
        .map((match) => match[1]!)
        .filter((to) => !pages.has(to))
        .map((to) => `${name} to ${to}`),
    );
    expect(broken).toEqual([]);
  });

  it('suspend GitOps before anything is deleted, where data is restored', () => {
    for (const name of ['restore-cluster.md', 'restore-to-a-point-in-time.md', 'fall-back-and-return.md']) {
      const text = pages.get(name)!;
      const first = text.indexOf('flux suspend kustomization state-hub --namespace flux-system');
      expect(first).toBeGreaterThan(0);
      const harm = [...text.matchAll(/kubectl \S+ \S+ (delete|scale)|pg_restore --host/g)].map((match) => match.index);
      expect(harm.length).toBeGreaterThan(0);
      expect(Math.min(...harm)).toBeGreaterThan(first);
    }
  });

  it('guard what cannot be undone: no instance is destroyed unless it is known not to be the primary', () => {
    const destroys = [...pages.values()].flatMap((text) =>
      text.split('\n').filter((line) => / destroy state-hub-db /.test(line)),
    );
    expect(destroys).toHaveLength(4);
    destroys.forEach((line) => expect(line).toContain('[ "${instance:?}" != "${primary:?}" ] && '));
  });

  it('say sizes as people read them, whatever the unit', () => {
    const text = (size: Size) =>
      stateHub({ storage: size })
        .app.files()
        .find(({ path }) => path.endsWith('/PhoenixDatabaseVolumeFilling.md'))!.text;
    expect(text(Size.gibibytes(20))).toContain('of the 20 GiB for data');
    expect(text(Size.mebibytes(6145))).toContain('of the 6145 MiB for data');
    expect(text(Size.tebibytes(2))).toContain('of the 2 TiB for data');
  });

  it('make the same bytes twice', () => {
    expect(stateHub().app.files()).toEqual(app.files());
  });
});
