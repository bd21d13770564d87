import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { Duration, Size } from 'cdk8s';
import { describe, expect, it } from 'vitest';
import { type Delivery, HighlyAvailableService, type OutputFile, PhoenixApp, Platform } from '../../lib';
import { appWorld } from '../../lib/docs/check-documents';
import { checkCommands } from '../../lib/docs/commands/check';
import type { CommandWorld } from '../../lib/docs/commands/world';
import { IMAGE } from '../_build';
import { typosOf } from './mistype';
import { BOTH, FACTS } from './state-hub';

const BRIDGE = { name: 'ops-bridge', namespace: 'ops-bridge', podLabels: { 'app.kubernetes.io/name': 'ops-bridge' } };

/** All pages of a service with everything that has a page. */
function pagesOf(delivery: Delivery[], operators: boolean): { pages: OutputFile[]; world: CommandWorld } {
  const app = new PhoenixApp({ delivery });
  new HighlyAvailableService(app, 'state-hub', {
    platform: new Platform(FACTS),
    database: { database: 'state_hub', image: IMAGE, storage: Size.gibibytes(20) },
    backup: {
      destination: 's3://threephoenix-state-hub/postgres',
      endpoint: 'https://objects.example.net',
      schedule: '0 17 2 * * *',
      retention: Duration.days(30),
    },
    api: { image: 'registry.example.net/state-hub:1.0.0', port: 8000, replicas: 3, readiness: '/state/health' },
    companions: {
      dashboard: { image: 'registry.example.net/dashboard:1.0.0', port: 8080, readiness: '/' },
    },
    access: {
      clients: [BRIDGE],
      tunnels: [{ ...BRIDGE, name: 'coulombcore', host: 'bridge.example.net' }],
      ...(operators ? { operators: [{ name: 'operators', group: 'oidc:state-hub-operators' }] } : {}),
    },
    runbooks: 'https://git.example.net/runbooks',
  });
  const files = app.files();
  const pages = files.filter(({ path }) => path.startsWith('docs/') && path.endsWith('.md'));
  return { pages, world: appWorld(app, app.units(), files, delivery) };
}

interface Token {
  readonly word: string;
  readonly at: number;
  /** The block that it stands in, from and to. */
  readonly block: readonly [number, number];
  readonly line: string;
  /** Where the word begins in the line. */
  readonly column: number;
}

/** Every run of letters in the commands of a page, comments left out; found without the checker. */
function tokensOf({ text }: OutputFile): Token[] {
  return [...text.matchAll(/^ *```sh\n([\s\S]*?)^ *```$/gm)].flatMap((block) => {
    const start = block.index + block[0].indexOf('\n') + 1;
    const end = start + block[1]!.length;
    let at = start;
    return block[1]!.split('\n').flatMap((line) => {
      const here = at;
      at += line.length + 1;
      const code = line.replace(/(^ *|= )# .*/, '');
      return [...code.matchAll(/[A-Za-z]+/g)].map(({ 0: word, index }) => ({
        word,
        at: here + index,
        block: [start, end] as const,
        line,
        column: index,
      }));
    });
  });
}

/**
 * What no table can judge, by where it stands in a line. Reviewed by hand: nothing here names something that exists.
 * SQL is judged by PostgreSQL itself in `sql.test.ts`.
 */
const ALLOWED: Readonly<Record<string, RegExp>> = {
  SQL: /--command "[^"]*"|echo "select [^"]*\\gexec"/g,
  message: /--message "[^"]*"|&& echo (?:"[^"]*"|\w+)|printf '[^']*'|printf %s/g,
  'column heading': /(?<=custom-columns=|,)[A-Z]+(?=:\.)/g,
  'file that nothing reads': /> state-hub-db-before\.yaml|tee rows-restored\.txt|-o report\.html/g,
  'name that a person chooses': /--from \w+/g,
  // jq itself refuses most of them; the page was run against an API server with State Hub's objects.
  'program of jq': /jq --raw-output .*|^ +(?:\||\[|\.metadata|\(\$at).*$/g,
  // `secrets-document.test.ts` runs these with sops, where it is installed.
  'question about a key': /^ *\S+\) .*;;$/g,
};

function allowed({ line, column }: Token): string | undefined {
  return Object.entries(ALLOWED).find(([, pattern]) =>
    [...line.matchAll(pattern)].some(({ index, 0: text }) => column >= index && column < index + text.length),
  )?.[0];
}

const shRefuses = (text: string) => spawnSync('sh', ['-n'], { input: text.replace(/^ {3}/gm, '') }).status !== 0;

interface Result {
  tried: number;
  readonly missed: Set<string>;
  readonly allowed: Map<string, number>;
}

function tryAll(pages: readonly OutputFile[], world: CommandWorld, result: Result): void {
  for (const { path, text } of pages) {
    for (const token of tokensOf({ path, text })) {
      for (const typo of typosOf(token.word)) {
        const broken = text.slice(0, token.at) + typo + text.slice(token.at + token.word.length);
        const change = typo.length - token.word.length;
        result.tried += 1;
        const kind = allowed(token);
        if (kind !== undefined) {
          result.allowed.set(kind, (result.allowed.get(kind) ?? 0) + 1);
        } else if (
          checkCommands([{ path, text: broken }], world).length === 0 &&
          !shRefuses(broken.slice(token.block[0], token.block[1] + change))
        ) {
          result.missed.add(`${token.word} -> ${typo}: ${token.line.trim()}`);
        }
      }
    }
  }
}

describe('a typo in any word of any command of any page', () => {
  const both = pagesOf(BOTH(), true);
  both.pages.push({ path: 'gitops.md', text: readFileSync(resolve(__dirname, '../../docs/gitops.md'), 'utf8') });
  const none = pagesOf([], false);

  it('is not there to begin with', () => {
    expect(checkCommands(both.pages, both.world)).toEqual([]);
    expect(checkCommands(none.pages, none.world)).toEqual([]);
  });

  it('is seen, but for what nothing can judge', () => {
    const result: Result = { tried: 0, missed: new Set(), allowed: new Map() };
    tryAll(both.pages, both.world, result);
    // What differs where no engine delivers and nobody forwards ports.
    const texts = new Set(both.pages.map(({ text }) => text));
    const others = none.pages.filter(({ text }) => !texts.has(text));
    expect(others.some(({ text }) => text.includes('port-forward --address'))).toBe(true);
    tryAll(others, none.world, result);
    const passed = [...result.allowed.values()].reduce((sum, n) => sum + n, 0);
    expect([...result.missed]).toEqual([]);
    expect(result.tried - passed).toBeGreaterThan(20_000);
    expect([...result.allowed.keys()].toSorted()).toEqual(Object.keys(ALLOWED).toSorted());
    expect(passed / result.tried).toBeLessThan(0.2);
  }, 300_000);
});
