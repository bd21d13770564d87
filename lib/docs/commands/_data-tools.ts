import { usage, verbs, type Flags, type Place, type Value } from './_grammar';
import { anything, database, file, host, like, newFile, oneOf, role } from './_values';

const SERVER: Flags = { '--host': host, '--username': role, '--dbname': database, '--version': 'switch' };
const RESTORE: Flags = {
  '--clean': 'switch',
  '--if-exists': 'switch',
  '--no-owner': 'switch',
  '--single-transaction': 'switch',
};

export const psql = usage({
  flags: { ...SERVER, '--command': anything, '--tuples-only': 'switch', '--no-align': 'switch', '--file': file },
});

export const pgDump = usage({
  flags: { ...SERVER, ...RESTORE, '--format': oneOf('custom'), '--file': newFile, '--table': anything },
  words: [database],
});

export const pgRestore = usage({
  flags: { ...SERVER, ...RESTORE, '--role': role, '--list': 'switch', '--file': newFile },
  rest: file,
});

const ENCRYPTED = { words: [file] };

const keyOfData: Value = (text) => (text.startsWith('["data"]["') ? undefined : `no place of a value: '${text}'`);

/** Checks of `sops` (3.11). */
export const sops = verbs(
  'sops',
  {
    decrypt: ENCRYPTED,
    edit: ENCRYPTED,
    updatekeys: { ...ENCRYPTED, flags: { '--yes': 'switch' } },
    set: { words: [file, keyOfData], flags: { '--value-stdin': 'switch' } },
    rotate: { ...ENCRYPTED, flags: { '--in-place': 'switch' } },
    encrypt: { flags: { '--filename-override': file, '--output': file } },
  },
  { '--config': file },
);

/** A program of jq is left to jq. */
export const jq = usage({ flags: { '--raw-output': 'switch' }, words: [anything] });

export const ageKeygen = usage({ flags: { '-o': newFile, '-y': 'switch' }, rest: file });

const store = (text: string, { world }: Place) =>
  world.stores.has(text) ? undefined : `no object store has '${text}'`;

export const aws = verbs('aws', {
  s3: verbs('aws s3', { ls: { flags: { '--endpoint-url': store }, words: [store] } }),
});

export const curl = usage({
  flags: {
    '--fail': 'switch',
    '--silent': 'switch',
    '--max-time': like(/^\d+$/, 'seconds'),
    '--output': newFile,
  },
  words: [
    (text, { world }) => {
      const [, address = '', path = ''] = /^(https?:\/\/[^/]+)(\/.*)?$/.exec(text) ?? [];
      return !/^http:\/\/(127\.0\.0\.1|[-a-z0-9.]+\.svc):\d+$/.test(address)
        ? `no part answers at '${text}'`
        : world.probes.has(path)
          ? undefined
          : `no probe asks '${path}'`;
    },
  ],
});
