/** A value in clear that its place calls secret. The value itself is never told. */
export interface Leak {
  /** Where in the file: `line 12`, `data.password`. */
  readonly place: string;
  /** What can be read there: `a value for 'password'`. */
  readonly what: string;
}

/** A line of text and its number from 1. */
export type Line = readonly [number: number, text: string];

const WORD = '(?:pass(?:word|wd|phrase)?|pwd|secret|token|api[-_.]?key|access[-_.]?key(?:[-_.]?id)?|private[-_.]?key)';
const SECRET_NAME = new RegExp(`${WORD}$`, 'i');
const VALUE = `"[^"]+"|'[^']+'|[^\\s"'\`,;()[\\]{}<>]+`;
/** `password: hunter2`, `"token" = "x"`, `export PASSWORD=x`, also in a comment, with nothing after it. */
const ASSIGNMENT = new RegExp(
  `^(?:[\\s#>*-]|//|export\\s)*["']?([\\w.-]*${WORD})["']?\\s*([:=])\\s*(${VALUE})[,;]?\\s*$`,
  'i',
);
/** `PGPASSWORD=hunter2 psql`: a variable before a command, with a name that only variables have. */
const VARIABLE = new RegExp(`(?:^|[\\s;&|(])([A-Z][A-Z0-9_]*(?:PASSWORD|PASSWD|SECRET|TOKEN|KEY))=(${VALUE})(?=\\s|$)`);
const URL = /\b[a-z][a-z0-9+.-]*:\/\/[^\s:@/'"`]*:([^\s:@/'"`]+)@/i;
const LITERAL = new RegExp(`--(?:from-literal[= ]["']?[\\w.-]+|(?:docker-)?password)[= ](${VALUE})`);
const PRIVATE_KEY = /AGE-SECRET-KEY-1[A-Z0-9]|-----BEGIN (?:[A-Z0-9]+ )*PRIVATE KEY(?: BLOCK)?-----/;

/** Values in lines that are no YAML, or comments in it. A name is told by its end, so that `passwordKey` is none. */
export function leaksInLines(lines: readonly Line[], thorough: boolean): readonly Leak[] {
  return lines.flatMap(([number, text]) => {
    const what = text.length > 10_000 ? undefined : leakInLine(text, thorough);
    return what === undefined ? [] : [{ place: `line ${number}`, what }];
  });
}

/** Whether a key is one whose value must not be seen. */
export function isSecretName(name: string): boolean {
  return SECRET_NAME.test(name);
}

/** Whether a text stands where a value will stand, or hides one. */
export function isPlaceholder(value: string): boolean {
  return /^$|^(?:ENC\[|\$[A-Za-z_{(]|<|\{|%|\.{3}|…|[*x?]+$|-$)|REDACTED/i.test(value);
}

/** A private key in any form that people keep one in. */
export function hasPrivateKey(text: string): boolean {
  return PRIVATE_KEY.test(text);
}

function leakInLine(text: string, thorough: boolean): string | undefined {
  const [, name = '', sign = '', value = ''] = ASSIGNMENT.exec(text) ?? VARIABLE.exec(text)?.toSpliced(2, 0, '=') ?? [];
  if (name !== '' && isValue(name, value, thorough || (sign === '=' && name === name.toUpperCase()))) {
    return `a value for '${name}'`;
  }
  const password = URL.exec(text)?.[1] ?? '';
  if (password !== '' && !isPlaceholder(password) && !isSecretName(password)) {
    return 'a password in an address';
  }
  const literal = unquoted(LITERAL.exec(text)?.[1] ?? '');
  return literal === '' || isPlaceholder(literal) ? undefined : 'a value in a command';
}

/** Prose is no value: outside the folder of Secrets a value has a digit, a sign, or letters of both cases in it. */
function isValue(name: string, quoted: string, thorough: boolean): boolean {
  const value = unquoted(quoted);
  if (isPlaceholder(value) || isSecretName(value) || /^(true|false|null|none|required|optional)$/i.test(value)) {
    return false;
  }
  // `secret: state-hub-db-owner` names an object.
  const isReference = /secret$/i.test(name) && /^[a-z0-9]+([-.][a-z0-9]+)+$/.test(value);
  return !isReference && (thorough || /\d|[^\w.-]|[a-z][A-Z]|[A-Z][a-z]+[A-Z]/.test(value));
}

function unquoted(value: string): string {
  return value.replace(/^(["'])(.*)\1$/, '$2');
}
