/**
 * An object as YAML, as `kubectl`, kustomize, Flux and Argo CD read it: block style, keys in their order, a text in quotes
 * wherever any YAML, 1.1 or 1.2, could take it for something else.
 *
 * Written here because it is what this library makes: the bytes in git change with this file and with no dependency; the
 * general writer of cdk8s leaves `0o17` and `<<` bare, and takes ten times as long. Fields that are `undefined` are left
 * out, as JSON leaves them out.
 *
 * @throws on a value that JSON does not have
 */
export function manifestYaml(manifest: object): string {
  return `${node(manifest, '').slice(1)}\n`;
}

/** A value, with the line break or the space that belongs before it. */
function node(value: unknown, indent: string): string {
  if (typeof value !== 'object' || value === null) {
    return ` ${scalar(value, indent)}`;
  }
  const inner = `${indent}  `;
  let out = '';
  if (Array.isArray(value)) {
    for (const item of value as unknown[]) {
      // The first field of an item stands behind its dash.
      out += `\n${indent}-${node(item, inner).replace(/^\n +/, ' ')}`;
    }
    return out === '' ? ' []' : out;
  }
  for (const [key, item] of Object.entries(value)) {
    if (item !== undefined) {
      out += `\n${indent}${line(key)}:${node(item, inner)}`;
    }
  }
  return out === '' ? ' {}' : out;
}

function scalar(value: unknown, indent: string): string {
  if (typeof value === 'string') {
    return isBlock(value) ? literal(value, indent) : line(value);
  }
  if (value === null || value === undefined) {
    return 'null';
  }
  if (typeof value === 'boolean' || (typeof value === 'number' && Number.isFinite(value))) {
    return String(value);
  }
  throw new Error(
    `a manifest cannot hold ${typeof value === 'number' ? value : `a ${typeof value}`}; write what JSON has`,
  );
}

/** Whether a text has several lines, of which no reader could cut, count or fold one wrong. */
function isBlock(text: string): boolean {
  const last = text.endsWith('\n') ? text.length - 2 : text.length - 1;
  return (
    text.includes('\n', 1) &&
    !/\s/.test(text.charAt(0)) &&
    !/\s/.test(text.charAt(last)) &&
    !/\n[ \t]+\n/.test(text) &&
    !/[^\t\n\x20-\x7e\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd]/.test(text)
  );
}

function literal(text: string, indent: string): string {
  const ended = text.endsWith('\n');
  const lines = (ended ? text.slice(0, -1) : text).replace(/\n(?=[^\n])/g, `\n${indent}`);
  return `|${ended ? '' : '-'}\n${indent}${lines}`;
}

/** A text on one line: bare where it can only be a text. */
function line(text: string): string {
  return BARE.test(text) && !/: | #|[: ]$/.test(text) && !OTHER.test(text) ? text : quoted(text);
}

const BARE = /^(?=[\x21-\x7e])(?:[^\s,[\]{}#&*!|>'"%@`?:-]|[?:-][\x21-\x7e])[\x20-\x7e]*$/;
/** What some YAML reads as null, a truth, a number, a time, a merge or the end of a document. */
const OTHER =
  /^(?:~|null|true|false|yes|no|on|off|y|n|=|<<|---.*|\.\.\..*|\.nan|[-+]?\.inf|[-+]?(?:0[xob][\da-f_]*|(?:\d[\d_]*\.?[\d_]*|\.[\d_]*)(?:e[-+]?\d*)?|\d[\d_]*(?::[0-5]?\d)+(?:\.[\d_]*)?)|\d{4}-\d\d?-\d\d?(?:[t ].*)?)$/i;

function quoted(text: string): string {
  if (text.includes('"') && /^[\x20-\x26\x28-\x7e]*$/.test(text)) {
    return `'${text}'`;
  }
  // JSON's escapes are YAML's; what JSON leaves and YAML does not print is escaped as well.
  return JSON.stringify(text).replace(
    /[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
