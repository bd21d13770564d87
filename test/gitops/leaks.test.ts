import { readFileSync, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { leaksIn } from '../../lib/gitops/_leaks';

const ROOT = resolve(__dirname, '../..');
const SECRET = 'apiVersion: v1\nkind: Secret\nmetadata: {name: a, namespace: x}\nstringData: {password: hunter2}\n';
const ENCRYPTED = 'kind: Secret\nmetadata: {name: a}\ndata: {password: "ENC[AES256_GCM,data:x]"}\n';
const MANIFEST = ['apiVersion: v1', 'kind: Secret', 'metadata:', '  name: a', 'stringData:', '  password: hunter2'];
const lines = (prefix: string) => MANIFEST.map((line) => `${prefix}${line}\n`).join('');
const fenced = (language: string, text: string) => `# A page\n\n\`\`\`${language}\n${text}\`\`\`\n`;

/** The places of what leaks, as `place: what`. */
const found = (text: string, thorough = false) => leaksIn(text, { thorough }).map((x) => `${x.place}: ${x.what}`);
const IN_CLEAR = 'the values of the Secret a: password';

describe('a value in clear is found', () => {
  it.each<[string, string, string]>([
    ['as a Secret', SECRET, ': the values of the Secret x/a: password'],
    ['in data', 'kind: Secret\nmetadata: {name: a}\ndata: {password: eA==}\n', `: ${IN_CLEAR}`],
    [
      'once, where the value of a Secret would be found by itself too',
      'kind: Secret\nmetadata: {name: a}\nstringData: {password: "postgres://a:hunter2@b"}\n',
      `: ${IN_CLEAR}`,
    ],
    ['as a number', 'kind: Secret\nmetadata: {name: a}\ndata: {password: 1234}\n', `: ${IN_CLEAR}`],
    [
      'as one value of many',
      ENCRYPTED.replace('\ndata: {', '\ndata: {pin: "1", '),
      ': the values of the Secret a: pin',
    ],
    [
      'in a List',
      'kind: List\nitems: [{kind: Secret, metadata: {name: a}, data: {password: eA==}}]\n',
      `items[0]: ${IN_CLEAR}`,
    ],
    [
      'in a SecretList, whose items need no kind',
      'apiVersion: v1\nkind: SecretList\nitems: [{metadata: {name: a}, data: {password: eA==}}]\n',
      `items[0]: ${IN_CLEAR}`,
    ],
    [
      'in the template of another kind',
      'kind: SopsSecret\nmetadata: {name: s}\nspec: {secretTemplates: [{name: a, stringData: {password: hunter2}}]}\n',
      'spec.secretTemplates[0]: the values of the Secret (no name): password',
    ],
    [
      'in a secretGenerator, whatever its key is',
      'kind: Kustomization\nsecretGenerator: [{name: a, literals: [user=shop]}]\n',
      'secretGenerator[0]: the values of a generator: user',
    ],
    [
      'in a configMapGenerator',
      'kind: Kustomization\nconfigMapGenerator: [{name: a, literals: [a=b, DB_PASSWORD=hunter2]}]\n',
      "configMapGenerator[0].literals[1]: a value for 'DB_PASSWORD'",
    ],
    [
      'in a ConfigMap',
      'kind: ConfigMap\nmetadata: {name: a}\ndata: {password: hunter2, user: shop}\n',
      "data.password: a value for 'password' in the ConfigMap a",
    ],
    [
      'in an address in a ConfigMap',
      'kind: ConfigMap\nmetadata: {name: a}\ndata: {DATABASE_URL: "postgres://shop:hunter2@db/shop"}\n',
      'data.DATABASE_URL: a password in an address',
    ],
    [
      'in a file in a ConfigMap',
      'kind: ConfigMap\nmetadata: {name: a}\ndata:\n  app.env: |\n    A=b\n    DB_PASSWORD=swordfish\n',
      'data["app.env"], line 2: a value for \'DB_PASSWORD\'',
    ],
    [
      'in a Secret in a ConfigMap',
      `kind: ConfigMap\nmetadata: {name: c}\ndata:\n  s.yaml: |\n${lines('    ')}`,
      `data["s.yaml"]: ${IN_CLEAR}`,
    ],
    [
      'in the annotation that kubectl apply leaves',
      ENCRYPTED.replace(
        '{name: a}',
        '{name: a, annotations: {kubectl.kubernetes.io/last-applied-configuration: ' +
          `'{"kind":"Secret","metadata":{"name":"a"},"data":{"password":"eA=="}}'}}`,
      ),
      `metadata.annotations["kubectl.kubernetes.io/last-applied-configuration"]: ${IN_CLEAR}`,
    ],
    ['in a comment', `${ENCRYPTED}# password: hunter2\n`, "line 4: a value for 'password'"],
    [
      'in a comment behind a value',
      ENCRYPTED.replace('{name: a}', '{name: a} # token: abc123'),
      "line 2: a value for 'token'",
    ],
    ['in a variable', 'A=b\nPOSTGRES_PASSWORD=swordfish\n', "line 2: a value for 'POSTGRES_PASSWORD'"],
    ['in an exported variable', 'export API_TOKEN="s3cret"\n', "line 1: a value for 'API_TOKEN'"],
    ['in a variable before a command', 'PGPASSWORD=swordfish psql -h db\n', "line 1: a value for 'PGPASSWORD'"],
    ['in a field', '"clientSecret": "s3cr3t",\n', "line 1: a value for 'clientSecret'"],
    ['in an address', 'Log in at postgres://shop:hunter2@db/shop.\n', 'line 1: a password in an address'],
    [
      'in an argument',
      'kubectl create secret generic a --from-literal=password=hunter2\n',
      'line 1: a value in a command',
    ],
    [
      'in a here-document on a page',
      fenced('sh', `kubectl apply -f - <<EOF\n${lines('')}EOF\n`),
      `line 5: ${IN_CLEAR}`,
    ],
    ['in an indented block on a page', `1. Do:\n\n   \`\`\`yaml\n${lines('   ')}   \`\`\`\n`, `line 4: ${IN_CLEAR}`],
    ['in lines that were commented out', `# Old:\n${lines('# ')}`, `line 2: ${IN_CLEAR}`],
    [
      'in JSON on a page',
      fenced('json', '{\n  "kind": "Secret",\n  "metadata": {"name": "a"},\n  "data": {"password": "eA=="}\n}\n'),
      `line 4: ${IN_CLEAR}`,
    ],
    [
      'in JSON in a command',
      `kubectl apply -f - <<< '{"kind":"Secret","metadata":{"name":"a"},"data":{"password":"eA=="}}'\n`,
      `line 1: ${IN_CLEAR}`,
    ],
    ['as an age key', '# made today\nAGE-SECRET-KEY-1QQQQ\n', ': a private key'],
    ['as a PEM key', '-----BEGIN PRIVATE KEY-----\nMII\n', ': a private key'],
    ['as a PGP key', '-----BEGIN PGP PRIVATE KEY BLOCK-----\n\nlQ\n', ': a private key'],
  ])('%s', (_, text, place) => {
    expect(found(text)).toEqual([place]);
    // The same before the end of a file that no editor ended with a newline.
    expect(found(text.trimEnd())).toEqual([place]);
  });

  it('as one word, only beside SOPS files', () => {
    expect(found('# password: swordfish\n')).toEqual([]);
    expect(found('# password: swordfish\n', true)).toEqual(["line 1: a value for 'password'"]);
  });

  it('and never told', () => {
    const texts = [SECRET, `# password: hunter2\n`, `x://a:hunter2@b`, fenced('sh', lines('')), 'PASSWORD=hunter2\n'];

    expect(texts.flatMap((text) => found(text, true))).toHaveLength(texts.length);
    expect(texts.flatMap((text) => found(text, true)).filter((x) => x.includes('hunter2'))).toEqual([]);
  });
});

describe('nothing is found', () => {
  it.each([
    ['in an encrypted Secret', ENCRYPTED],
    ['in a Secret without values', 'kind: Secret\nmetadata: {name: a}\ndata: {}\n'],
    ['where a manifest names a Secret', 'kind: Deployment\nspec: {secretRef: {kind: Secret, name: a}}\n'],
    ['where a field names a Secret', 'spec:\n  secret: state-hub-db-owner\n  passwordSecret: shop-db-owner\n'],
    ['in placeholders on a page', fenced('yaml', lines('').replace('hunter2', '<your password>'))],
    ['in values that a shell fills in', fenced('sh', lines('').replace('hunter2', '$(printf %s "$P" | base64)'))],
    ['in addresses that are filled in', 'postgres://shop:$PGPASSWORD@db postgres://shop:password@db https://a:<b>@c\n'],
    ['in variables that are filled in', 'PASSWORD=$OTHER\nTOKEN="$(cat token)"\nAPI_TOKEN=<token>\nKEY_TOKEN=...\n'],
    ['in prose', 'password: letters and digits only\n# token: the token of the operator\n- secret: none\n'],
    ['in a name that only begins like one', 'passwordKey: abc123\ntokenPath: /var/run/x1\n'],
    ['in a public key', '-----BEGIN PUBLIC KEY-----\nMII\n-----BEGIN CERTIFICATE-----\nage1qqqq\n'],
  ])('%s', (_, text) => {
    expect(found(text, true)).toEqual([]);
  });

  it('in anything of ours: the output, the pages, the folder of Secrets', () => {
    const files = ['dist', 'docs', 'secrets'].flatMap((folder) =>
      readdirSync(join(ROOT, folder), { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map((entry) => join(entry.parentPath, entry.name)),
    );

    expect(files.length).toBeGreaterThan(100);
    expect(files.flatMap((file) => found(readFileSync(file, 'utf8'), true).map((x) => `${file} ${x}`))).toEqual([]);
  });
});

describe('any text', () => {
  it('is searched without an exception', () => {
    const part = fc.constantFrom(
      ...MANIFEST,
      '{',
      '}',
      '[',
      '- &a *a',
      '# x',
      '```',
      'EOF',
      '"kind": "Secret"',
      '\t',
      ': :',
    );
    fc.assert(
      fc.property(fc.array(fc.oneof(part, fc.string()), { maxLength: 30 }), (parts) => {
        expect(Array.isArray(leaksIn(parts.join('\n'), { thorough: true }))).toBe(true);
      }),
      { numRuns: 500 },
    );
  });

  it('of a megabyte takes time in proportion, in one line or many', () => {
    const texts = ['{"kind":', 'a:', '//x:', '[ ', 'kind: Secret\n  a: b\n\n', '{\n', '# password '].map((x) =>
      x.repeat(1e6 / x.length),
    );
    for (const text of texts) {
      const start = performance.now();
      leaksIn(text, { thorough: true });
      expect([text.slice(0, 10), performance.now() - start < 8000]).toEqual([text.slice(0, 10), true]);
    }
  }, 60_000);
});
