import { type Leak, type Line, hasPrivateKey, isPlaceholder, isSecretName, leaksInLines } from './_leak-lines';
import { isObject, join, readYaml, unlisted } from './_sops-yaml';

type Fields = Readonly<Record<string, unknown>>;

/** How to look at a text. */
export interface LeakOptions {
  /** Take every word after `password:` for one. Only where nothing else is to be expected: beside SOPS files. */
  readonly thorough: boolean;
  /** Secrets as objects are judged elsewhere; look at everything else in them. */
  readonly judged?: boolean;
}

/** Only files with one of these words can hold an object that leaks. */
const OBJECT = /Secret|ConfigMap|stringData|Generator/;

/**
 * Secret values that stand in a text in clear, whatever kind of file it is: Secrets alone, in lists, in other objects, in
 * annotations, in scripts and in pages; generators; ConfigMaps; comments; variables; addresses; private keys.
 */
export function leaksIn(text: string, options: LeakOptions, depth = 0): readonly Leak[] {
  const lines = text.split('\n').map((line, i): Line => [i + 1, line]);
  const keys = hasPrivateKey(text) ? [{ place: '', what: 'a private key' }] : [];
  const parsed = OBJECT.test(text) && looksLikeYaml(text) ? readYaml(text) : undefined;
  const documents = parsed !== undefined && 'documents' in parsed ? parsed.documents : [];
  if (documents.length > 0) {
    const comments = lines.flatMap(([number, line]): Line[] => {
      const comment = /(?:^|\s)#(.*)/.exec(line)?.[1];
      return comment === undefined ? [] : [[number, comment]];
    });
    const objects = documents.flatMap((document) => leaksInValue(document, '', { ...options, strict: true }, depth));
    return [...keys, ...objects, ...leaksInLines(comments, options.thorough)];
  }
  const embedded = OBJECT.test(text) ? leaksInBlocks(lines, options, depth) : [];
  const rest = lines.filter(([number]) => !embedded.some(({ first, last }) => number >= first && number <= last));
  return [...keys, ...embedded, ...leaksInLines(rest, options.thorough)];
}

function looksLikeYaml(text: string): boolean {
  return /^\s*[{[]/.test(text) || /^["']?(?:apiVersion|kind|secretGenerator|configMapGenerator)["']?\s*:/m.test(text);
}

interface ValueOptions extends LeakOptions {
  /** In a manifest every value counts; in a page one may be a placeholder. */
  readonly strict: boolean;
}

function leaksInValue(value: unknown, path: string, options: ValueOptions, depth: number): readonly Leak[] {
  if (typeof value === 'string') {
    const more =
      depth < 3 && !value.startsWith('ENC[') ? leaksIn(value, { thorough: options.thorough }, depth + 1) : [];
    return more.map(({ place, what }) => ({
      place: value.includes('\n') && place !== '' ? `${path}, ${place}` : path,
      what,
    }));
  }
  if (Array.isArray(value)) {
    return value.flatMap((item, i) => leaksInValue(item, `${path}[${i}]`, options, depth));
  }
  if (!isObject(value)) {
    return [];
  }
  const own = [
    ...leaksInSecret(value, path, options),
    ...leaksInConfigMap(value, path),
    ...leaksInGenerators(value, path),
  ];
  const isSecret = value['kind'] === 'Secret' || isObject(value['stringData']);
  const passed = isSecret ? ['data', 'stringData', 'sops'] : ['sops', 'secretGenerator'];
  const typed = value['kind'] === 'SecretList' ? { ...value, items: unlisted(value) } : value;
  // Only a Secret that stands alone or in a list is judged as an object.
  const isList = String(value['kind']).endsWith('List');
  const inner = isList ? options : { ...options, judged: false };
  const below = Object.entries(typed)
    .filter(([name]) => !passed.includes(name))
    .flatMap(([name, child]) => leaksInValue(child, join(path, name), inner, depth));
  return [...own, ...below];
}

/** A Secret, or what will be one: whatever has `stringData`. */
function leaksInSecret(value: Fields, path: string, { strict, judged }: ValueOptions): readonly Leak[] {
  const isSecret = value['kind'] === 'Secret';
  if ((judged === true && isSecret) || (!isSecret && !isObject(value['stringData']))) {
    return [];
  }
  const clear = ['data', 'stringData'].flatMap((field) =>
    Object.entries(isObject(value[field]) ? value[field] : {})
      .filter(([, one]) => isClear(one, strict))
      .map(([name]) => name),
  );
  return clear.length === 0
    ? []
    : [{ place: path, what: `the values of the Secret ${idOf(value)}: ${clear.join(', ')}` }];
}

function leaksInConfigMap(value: Fields, path: string): readonly Leak[] {
  if (value['kind'] !== 'ConfigMap' || !isObject(value['data'])) {
    return [];
  }
  const at = join(path, 'data');
  return Object.entries(value['data'])
    .filter(([name, one]) => isSecretName(name) && isClear(one, false) && !String(one).trim().includes('\n'))
    .map(([name]) => ({ place: join(at, name), what: `a value for '${name}' in the ConfigMap ${idOf(value)}` }));
}

/** What kustomize makes a Secret of; a file that it names is found by itself. */
function leaksInGenerators(value: Fields, path: string): readonly Leak[] {
  const generators = Array.isArray(value['secretGenerator']) ? value['secretGenerator'].filter(isObject) : [];
  return generators.flatMap((generator, i) => {
    const literals = Array.isArray(generator['literals']) ? generator['literals'].map(String) : [];
    const clear = literals.filter((literal) => !isPlaceholder(literal.split('=').slice(1).join('=')));
    const names = clear.map((literal) => literal.split('=')[0]).join(', ');
    const place = `${join(path, 'secretGenerator')}[${i}]`;
    return clear.length === 0 ? [] : [{ place, what: `the values of a generator: ${names}` }];
  });
}

/** Manifests in a page or a script: runs of lines that read as YAML below one prefix, and JSON on one line or many. */
function leaksInBlocks(lines: readonly Line[], options: LeakOptions, depth: number): readonly BlockLeak[] {
  const found: BlockLeak[] = [];
  let block: Block | undefined;
  const flush = (): void => {
    if (block !== undefined) {
      found.push(...leaksInBlock(block, options, depth));
    }
    block = undefined;
  };
  for (const [number, line] of lines) {
    const rest = block !== undefined && line.startsWith(block.prefix) ? line.slice(block.prefix.length) : undefined;
    if (rest !== undefined && (block?.json === true || YAML_LINE.test(rest))) {
      block?.text.push(rest);
      if (block?.json === true && /^[}\]]/.test(rest)) {
        flush();
      }
      continue;
    }
    flush();
    const [, prefix = '', json] = START.exec(line) ?? [];
    if (/["']kind["']\s*:\s*["']Secret/.test(line)) {
      block = {
        first: number,
        prefix: '',
        json: true,
        text: [line.slice(line.indexOf('{'), line.lastIndexOf('}') + 1)],
      };
      flush();
    } else if (START.test(line)) {
      block = { first: number, prefix, json: json !== undefined, text: [line.slice(prefix.length)] };
    }
  }
  flush();
  return found;
}

interface Block {
  readonly first: number;
  /** Indentation and signs of comments before each line. */
  readonly prefix: string;
  readonly json: boolean;
  readonly text: string[];
}

/** A leak, and the lines that it has told of. */
interface BlockLeak extends Leak {
  readonly first: number;
  readonly last: number;
}

const START = /^([\s>#/*|-]*)(?:["']?(?:apiVersion|kind)["']?\s*:|([{[])\s*$)/;
const YAML_LINE = /^$|^\s|^#|^["']?[\w./-]+["']?\s*:/;

function leaksInBlock({ first, text }: Block, options: LeakOptions, depth: number): readonly BlockLeak[] {
  const all = text.join('\n');
  const parsed = OBJECT.test(all) ? readYaml(all) : undefined;
  const documents = parsed !== undefined && 'documents' in parsed ? parsed.documents : [];
  const leaks = documents.flatMap((one) =>
    leaksInValue(one, '', { ...options, judged: false, strict: false }, depth + 1),
  );
  return leaks.map(({ what }) => ({ place: `line ${first}`, what, first, last: first + text.length - 1 }));
}

function isClear(value: unknown, strict: boolean): boolean {
  const text =
    typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? String(value) : '';
  return text.trim() !== '' && (strict ? !text.startsWith('ENC[') : !isPlaceholder(text.trim()));
}

function idOf(object: Fields): string {
  const { name, namespace } = isObject(object['metadata']) ? object['metadata'] : {};
  const text = typeof name === 'string' ? name : '(no name)';
  return typeof namespace === 'string' ? `${namespace}/${text}` : text;
}
