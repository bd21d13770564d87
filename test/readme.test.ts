import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { Duration, Size } from 'cdk8s';
import { Cpu } from 'cdk8s-plus-28';
import { beforeAll, describe, expect, it, vi } from 'vitest';

const written = vi.hoisted(() => ({ props: [] as [string, unknown][] }));

/** The library as a pen: main.ts says its values, and nothing is made of them. */
vi.mock('../lib', () => {
  const pen = (name: string) =>
    class {
      public constructor(...args: unknown[]) {
        written.props.push([name, args.at(-1)]);
      }
      public synth() {}
    };
  return {
    PhoenixApp: class {
      public synth() {}
    },
    Platform: pen('Platform.'),
    Flux: pen('Flux.'),
    ArgoCd: pen('ArgoCd.'),
    HighlyAvailableService: pen(''),
    Storage: { nodeLocal: (storageClass: string) => ({ storageClass }) },
    Bootstrap: { import: (source: object) => source },
  };
});

interface Value {
  readonly path: string;
  readonly value: unknown;
}

/** Every value by its property path; what is in a list has the path of the list. */
function values(value: unknown, path: string): Value[] {
  const plain = typeof value === 'object' && value !== null;
  const amount = value instanceof Duration || value instanceof Size || value instanceof Cpu;
  if (!plain || amount || Object.keys(value).length === 0) {
    return [{ path, value }];
  }
  return Object.entries(value).flatMap(([key, below]) => {
    const dot = path === '' || path.endsWith('.') ? '' : '.';
    return values(below, Array.isArray(value) ? path : `${path}${dot}${key}`);
  });
}

const README = readFileSync(join(resolve(__dirname, '..'), 'README.md'), 'utf8');
const section = README.slice(README.indexOf('### Values that a real'), README.indexOf('## What comes out'));

/** The paths in the column 'where' of each of the two tables. */
const [yours = [], stateHubs = []] = section
  .split('\nThe others')
  .map((text) =>
    [...text.matchAll(/^\|[^|]*\|([^|]*)\|/gm)].flatMap(([, where = '']) =>
      [...where.matchAll(/`([^`]+)`/g)].map(([, path = '']) => path),
    ),
  );
const covers = (path: string) => (value: Value) => value.path === path || value.path.startsWith(`${path}.`);

describe('the tables of values in README.md', () => {
  let all: Value[] = [];

  beforeAll(async () => {
    await import('../main');
    // The platform is written beside the service, and is no value of it.
    all = written.props.flatMap(([name, props]) => {
      const { platform: _, ...own } = props as Record<string, unknown>;
      return values(own, name);
    });
  });

  it('name every value of main.ts, once', () => {
    const rows = [...yours, ...stateHubs];
    expect(all.length).toBeGreaterThan(50);
    const named = all.map(({ path, value }) => [path, rows.filter((row) => covers(row)({ path, value })).length]);
    expect(named.filter(([, times]) => times !== 1)).toEqual([]);
  });

  it('name nothing that main.ts does not hold', () => {
    expect(yours.length + stateHubs.length).toBeGreaterThan(30);
    expect([...yours, ...stateHubs].filter((path) => !all.some(covers(path)))).toEqual([]);
  });

  it('have every value that looks like a stand-in among those that a real deployment must set', () => {
    const standIn = /example\.net|@sha256:|threephoenix|railiance|local-path|oidc:|ops-bridge|^\d{5}$/;
    const found = all.filter(({ value }) => standIn.test(String(value)));
    expect(found.length).toBeGreaterThan(12);
    expect(found.filter((value) => !yours.some((path) => covers(path)(value)))).toEqual([]);
  });
});
