import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { Paths } from '../../lib/docs/commands/_paths';

const names = (...letters: string[]) => fc.string({ unit: fc.constantFrom(...letters), minLength: 1, maxLength: 3 });
const path = (name: fc.Arbitrary<string>) => fc.array(name, { minLength: 1, maxLength: 4 }).map((x) => x.join('/'));

it('finds a file, a folder above it, and a name with *, as one expression over all paths would', () => {
  let found = 0;
  fc.assert(
    fc.property(fc.array(path(names('a', 'b', '.', '$'))), path(names('a', 'b', '.', '$', '*')), (files, wanted) => {
      const all = files.flatMap((file) => file.split('/').map((_, i, parts) => parts.slice(0, i + 1).join('/')));
      const parts = wanted.split('*').map((part) => part.replace(/[.$]/g, '\\$&'));
      const expected = all.some((one) => new RegExp(`^${parts.join('[^/]*')}$`).test(one));
      found += expected ? 1 : 0;
      expect(new Paths(files).has(wanted)).toBe(expected);
    }),
    { numRuns: 5000 },
  );
  expect(found).toBeGreaterThan(100);
});
