import { isObject, leaves } from './_sops-yaml';
import { type SopsFinding, type SopsRuleName, edit, reencrypt, restore } from './sops-finding';
import { type SopsRule, keysOf, wrongRegex } from './sops-rules';

type Fields = Readonly<Record<string, unknown>>;

const WHOLE = /^ENC\[AES256_GCM,data:([A-Za-z0-9+/]+={0,2}),iv:([A-Za-z0-9+/=]+),tag:([A-Za-z0-9+/=]+),type:(\w+)\]$/;
const IV_BYTES = 32;
const TAG_BYTES = 16;

/**
 * What is wrong with the encryption of one Secret, judged without the key: what is encrypted, for whom, and whether
 * each value is whole. That a value decrypts to the right thing is not to be seen from here.
 */
export function checkEncryption(
  file: string,
  secret: Fields,
  rule: SopsRule | undefined,
  config: string,
): readonly SopsFinding[] {
  const say: Say = (name, path, problem, fix) => [{ rule: name, file, path, problem, fix }];
  const hidden = hiddenNames(secret, file, config, say);
  if (hidden.length > 0) {
    return hidden;
  }
  const { sops } = secret;
  if (!isObject(sops)) {
    return say(
      'plaintext',
      '',
      'the Secret is not encrypted, and everybody who can read the repository can read its values',
      rule === undefined
        ? `make it anew as docs/secrets.md in the output folder says, and delete this file: no rule of '${config}' is for ` +
            `its name; if it was ever pushed, change the values`
        : `encrypt it with 'sops --config ${config} encrypt --in-place ${file}'; if it was ever pushed, change the values first`,
    );
  }
  return [
    ...stringData(secret, file, say),
    ...values(secret, file, say),
    ...mac(sops, file, say),
    ...regex(sops, file, config, say),
    ...dataKeys(sops, file, say),
    ...recipients(sops, rule, config, file, say),
  ];
}

/** Whether a leaf is a whole value as sops writes it. */
export function isEncrypted(value: unknown): boolean {
  const [, , iv = '', tag = ''] = (typeof value === 'string' ? WHOLE.exec(value) : null) ?? [];
  return bytes(iv) === IV_BYTES && bytes(tag) === TAG_BYTES;
}

type Say = (rule: SopsRuleName, path: string, problem: string, fix: string) => readonly SopsFinding[];

function hiddenNames(secret: Fields, file: string, config: string, say: Say): readonly SopsFinding[] {
  const hidden = ['apiVersion', 'kind', 'metadata', 'type']
    .flatMap((field) => leaves(secret[field], field))
    .filter(([, value]) => typeof value === 'string' && value.startsWith('ENC['))
    .map(([path]) => path);
  return hidden.length === 0
    ? []
    : say(
        'hidden-names',
        hidden[0] ?? '',
        `${hidden.join(', ')} ${hidden.length === 1 ? 'is' : 'are'} encrypted, so that neither Kubernetes nor this check knows which Secret it is`,
        `write encrypted_regex: ^(data|stringData)$ into '${config}', then ${reencrypt(file, config)}`,
      );
}

function stringData(secret: Fields, file: string, say: Say): readonly SopsFinding[] {
  return secret['stringData'] === undefined
    ? []
    : say(
        'string-data',
        'stringData',
        'use data: an engine that fails to decrypt would store the text ENC[...] itself as the password',
        `make it anew as docs/secrets.md in the output folder says, or use ${edit(file)}: each value goes to data as ` +
          `'(IFS= read -rs V; printf %s "$V" | base64 -w0)' prints it`,
      );
}

function values(secret: Fields, file: string, say: Say): readonly SopsFinding[] {
  return ['data', 'stringData']
    .flatMap((field) => leaves(secret[field] ?? {}, field))
    .flatMap(([path, value]) => {
      if (value === '' || value === null || value === undefined) {
        return say('empty-value', path, 'the value is empty', `write a value with ${edit(file)}`);
      }
      if (typeof value !== 'string' || !value.startsWith('ENC[')) {
        return say(
          'half-encrypted',
          path,
          'this value is not encrypted, though the file is: somebody added it without sops',
          `take the value for known; sops opens no such file, so ${restore(file)}`,
        );
      }
      if (!isEncrypted(value)) {
        return say(
          'corrupted',
          path,
          'the encrypted value is not whole: it cannot be decrypted any more',
          restore(file),
        );
      }
      const type = WHOLE.exec(value)?.[4];
      return path.startsWith('data') && type !== 'str'
        ? say(
            'not-text',
            path,
            `it decrypts to a value of type '${type}', but data takes text only, and Kubernetes refuses it`,
            `put quotes around the value with ${edit(file)}`,
          )
        : [];
    });
}

function mac(sops: Fields, file: string, say: Say): readonly SopsFinding[] {
  const fix = restore(file);
  if (sops['mac'] === undefined) {
    return say('missing-mac', 'sops.mac', 'there is no MAC: nothing shows whether somebody changed the file', fix);
  }
  return isEncrypted(sops['mac'])
    ? []
    : say('corrupted', 'sops.mac', 'the MAC is not whole, so sops refuses to decrypt the file', fix);
}

function regex(sops: Fields, file: string, config: string, say: Say): readonly SopsFinding[] {
  const problem = wrongRegex(sops['encrypted_regex']);
  const fix = `correct it in '${config}', then ${reencrypt(file, config)}: a file keeps the rule that it was made with`;
  return problem === undefined ? [] : say('hidden-names', 'sops.encrypted_regex', problem, fix);
}

function recipients(
  sops: Fields,
  rule: SopsRule | undefined,
  config: string,
  file: string,
  say: Say,
): readonly SopsFinding[] {
  if (rule === undefined) {
    return say(
      'no-rule',
      '',
      "no rule in '.sops.yaml' is for this file, so nobody decided who may decrypt it",
      "name it NAME.sops.yaml, or add a rule whose path_regex matches it to '.sops.yaml'",
    );
  }
  const found = keysOf(sops).map((key) => key.recipient);
  const strange = found.filter((key) => !rule.recipients.has(key));
  const missing = [...rule.recipients].filter((key) => !found.includes(key));
  if (strange.length > 0 && strange.length === found.length) {
    return say(
      'unknown-recipient',
      'sops',
      `${strange.join(', ')} can decrypt it, and nobody whom '.sops.yaml' names can`,
      `somebody with that private key adds its public key to '${config}' and runs 'sops --config ${config} updatekeys ` +
        `${file}'; if nobody has it, ${restore(file)}`,
    );
  }
  const update = `'sops --config ${config} updatekeys ${file}', run by somebody who can decrypt it`;
  return [
    ...strange.flatMap((key) =>
      say(
        'unknown-recipient',
        'sops',
        `${key} can decrypt it, but '.sops.yaml' does not name that key`,
        `take it out with ${update}, and change the values; or add the key to '.sops.yaml'`,
      ),
    ),
    ...missing.flatMap((key) =>
      say(
        'missing-recipient',
        'sops',
        `${key} stands in '.sops.yaml' but cannot decrypt this file`,
        `let it in with ${update}`,
      ),
    ),
  ];
}

/** Each recipient has the data key encrypted for it alone; without that it cannot decrypt. */
function dataKeys(sops: Fields, file: string, say: Say): readonly SopsFinding[] {
  return keysOf(sops)
    .filter(({ encrypted }) => !isWholeKey(encrypted))
    .flatMap(({ recipient, path }) =>
      say(
        'corrupted',
        `sops.${path}`,
        `the data key for ${recipient || 'a recipient'} is empty or cut off, so that it cannot decrypt the file`,
        restore(file),
      ),
    );
}

/** age and PGP write armoured text, all others one line. */
function isWholeKey(encrypted: unknown): boolean {
  if (typeof encrypted !== 'string' || encrypted.trim() === '') {
    return false;
  }
  const [, kind = '', body = ''] =
    /^-----BEGIN ([A-Z ]+)-----\s+([\s\S]*?)-----END \1-----\s*$/.exec(encrypted.trim()) ?? [];
  return kind === '' ? !encrypted.includes('-----') : body.trim() !== '';
}

function bytes(base64: string): number {
  return Buffer.from(base64, 'base64').length;
}
