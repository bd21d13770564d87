import { describe, expect, it } from 'vitest';
import { phoenix } from './_phoenix';

const MAP = 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a, namespace: b}\n';
const LIMIT = 30_000;

async function check(bytes: Buffer, format: string): Promise<{ code: number; out: string; err: string; ms: number }> {
  const started = performance.now();
  const ended = await phoenix(['check', '-', '--format', format], { cwd: __dirname, stdin: bytes });
  return { ...ended, ms: performance.now() - started };
}

const times = (count: number, line: (i: number) => string): string =>
  Array.from({ length: count }, (_, i) => line(i)).join('');

/** Name, bytes, and the line where it goes wrong; a file of each kind that has broken a YAML reader somewhere. */
const CORPUS: readonly (readonly [name: string, bytes: Buffer | string, line: number])[] = [
  ['100,000 lists in one another', `a: ${'['.repeat(100_000)}`, 1],
  ['50,000 maps in one another as JSON', `${'{"a":'.repeat(50_000)}1${'}'.repeat(50_000)}`, 1],
  ['3,000 maps in one another by indentation', times(3_000, (i) => `${' '.repeat(i)}a:\n`), 100],
  [
    'merge keys that multiply',
    `a: &a {x: 1}\nb: &b {<<: [*a,*a,*a,*a,*a,*a]}\n${times(20_000, (i) => `c${i}: {<<: [*b,*b,*b,*b,*b,*b]}\n`)}`,
    835,
  ],
  ['aliases that multiply', `a: &a [x,x,x,x,x,x,x,x,x]\n${aliases(9)}`, 1],
  ['ten megabytes in one value, and a mistake after it', `${MAP}data:\n  x: ${'y'.repeat(10_000_000)}\nfoo: 1\n`, 6],
  ['20,000 fields in a place that has none', `${MAP}foo:\n${times(20_000, (i) => `  k${i}: 1\n`)}`, 4],
  ['5,000 unknown fields', `${MAP}${times(5_000, (i) => `k${i}: 1\n`)}`, 4],
  ['10,000 documents that are no objects', times(10_000, (i) => `---\na: ${i}\n`), 2],
  ['UTF-16', Buffer.from(`\uFEFF${MAP}`, 'utf16le'), 1],
  ['a byte that is no text, further down', Buffer.concat([Buffer.from(MAP), Buffer.from([0x61, 0xff])]), 4],
  ['a null byte', 'a: 1\nb: \u0000\n', 2],
  ['a tab for indentation', 'a:\n\tb: 1\n', 2],
  ['a key twice', `${MAP}data: {a: x}\ndata: {b: y}\n`, 5],
  ['fields that every JavaScript object has', `${MAP}__proto__: {a: 1}\nconstructor: 1\n`, 4],
  ['a map cut off in the middle', `${MAP}data: {a: `, 4],
  ['a quote that never ends, as far as the end of the file', `${MAP}data: {a: "b\n`, 5],
];

describe('phoenix check, reading', () => {
  it.each(CORPUS)('%s, says where it goes wrong, in every format, without a stack', async (_, bytes, line) => {
    for (const format of ['text', 'json', 'sarif', 'junit', 'github']) {
      const { code, out, err, ms } = await check(Buffer.from(bytes), format);
      expect({ code, err }).toEqual({ code: 2, err: '' });
      expect(ms).toBeLessThan(LIMIT);
      expect(out).not.toMatch(/\n {4}at \S+ \(|Maximum call stack/);
    }
    const { findings } = JSON.parse((await check(Buffer.from(bytes), 'json')).out) as { findings: { line: number }[] };
    expect(Math.min(...findings.map((finding) => finding.line))).toBe(line);
  });
});

function aliases(levels: number): string {
  return times(levels, (i) => {
    const [name, below] = [`l${i}`, i === 0 ? 'a' : `l${i - 1}`];
    return `${name}: &${name} [${Array.from({ length: 9 }, () => `*${below}`).join()}]\n`;
  });
}
