import { dump } from 'js-yaml';
import { describe, expect, it } from 'vitest';
import { locator } from '../../lib/cli/_check-places';
import type { Finding } from '../../lib/policy/finding';
import type { PathSegment } from '../../lib/policy/_path';
import { stateHub } from '../policy/state-hub';

const at = (document: number, segments: readonly PathSegment[], item?: number): Finding => ({
  rule: 'x',
  severity: 'error',
  object: {
    apiVersion: 'v1',
    kind: 'X',
    name: 'x',
    origin: { file: 'f', document, ...(item === undefined ? {} : { item }) },
  },
  path: '',
  segments,
  message: '',
});

function reading(text: string) {
  return locator([{ path: 'f', bytes: Buffer.from(text), listed: true }]);
}

describe('the place of a finding', () => {
  const documents = stateHub.map(({ manifest }) => manifest);

  it.each([
    ['YAML', documents.map((document) => dump(document)).join('---\n')],
    ['YAML in flow style', documents.map((document) => dump(document, { flowLevel: 1 })).join('---\n')],
    ['JSON', `---\n${documents.map((document) => JSON.stringify(document)).join('\n---\n')}`],
    [
      'Windows',
      documents
        .map((document) => dump(document))
        .join('---\n')
        .replaceAll('\n', '\r\n'),
    ],
  ])('is where its field is written, for every field of every document as %s', (_, text) => {
    const locate = reading(text);
    const lines = text.split(/\r?\n/);
    const fields = documents.flatMap((document, i) =>
      pathsOf(document)
        .filter((path) => typeof path.at(-1) === 'string')
        .map((path) => ({ i, path, name: String(path.at(-1)) })),
    );
    expect(fields.length).toBeGreaterThan(500);
    const elsewhere = fields.filter(({ i, path, name }) => {
      const { line, column } = locate(at(i, path)) ?? { line: 0, column: 0 };
      const written = lines[line - 1]?.slice(column - 1).replace(/^['"]/, '');
      return written?.startsWith(name) !== true;
    });
    expect(elsewhere).toEqual([]);
  });

  it('is that of the innermost part that is written, where a field is missing', () => {
    const locate = reading('a:\n  b: 1\n---\n# nothing\n---\nitems:\n- {}\n- c: 1\n  d: {}\n');
    expect(locate(at(0, ['a', 'c', 'd']))).toEqual({ line: 1, column: 1 });
    expect(locate(at(2, ['d', 'e'], 1))).toEqual({ line: 9, column: 3 });
    expect(locate(at(0, []))).toEqual({ line: 1, column: 1 });
    expect(locate(at(7, ['a']))).toBeUndefined();
  });

  it('is nowhere in a text that cannot be read', () => {
    expect(reading('a: [')(at(0, ['a']))).toBeUndefined();
  });
});

function pathsOf(value: unknown, path: readonly PathSegment[] = []): (readonly PathSegment[])[] {
  return typeof value === 'object' && value !== null
    ? Object.entries(value).flatMap(([key, below]) => {
        const here = [...path, Array.isArray(value) ? Number(key) : key];
        return [here, ...pathsOf(below, here)];
      })
    : [];
}
