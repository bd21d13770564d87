import type * as yaml from 'yaml';

/** A file as text, with a path that a person can open. */
export interface SourceFile {
  readonly path: string;
  /** Empty where the file was not read. */
  readonly text: string;
  /** Why the text was not read: `binary`, `6 MiB large`. */
  readonly unread?: string;
}

/** The YAML documents of a file, or why it cannot be read. */
export type ParsedFile =
  | { readonly documents: readonly Readonly<Record<string, unknown>>[] }
  | { readonly unreadable: string };

/** Reads YAML without ever throwing; documents that are no objects are left out. */
export function readYaml(text: string): ParsedFile {
  const conflict = text.split('\n').findIndex((line) => /^(<{7}|>{7}|={7})( |$)/.test(line));
  if (conflict !== -1) {
    return { unreadable: `an unfinished merge stands in line ${conflict + 1}` };
  }
  // Synthesis reads no files, and need not pay for the parser.
  const { parseAllDocuments } = require('yaml') as typeof yaml;
  try {
    const parsed = parseAllDocuments(text, { prettyErrors: true, uniqueKeys: true });
    const documents = [];
    for (const document of parsed) {
      const error = document.errors[0];
      if (error !== undefined) {
        return { unreadable: (error.message.split('\n')[0] ?? '').replace(/:$/, '') };
      }
      documents.push(document.toJS({ maxAliasCount: 20 }) as unknown);
    }
    return { documents: documents.filter(isObject) };
  } catch (error) {
    return { unreadable: error instanceof Error ? error.message : String(error) };
  }
}

/** Whether the value is a map. */
export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Items of a `List` or `SecretList` one by one, and every other object as it is. */
export function unlisted(document: Readonly<Record<string, unknown>>): readonly Readonly<Record<string, unknown>>[] {
  const { kind, items } = document;
  if (typeof kind !== 'string' || !kind.endsWith('List') || !Array.isArray(items)) {
    return [document];
  }
  // Items of a SecretList need no kind of their own.
  const made = kind === 'List' ? {} : { kind: kind.slice(0, -'List'.length) };
  return items.filter(isObject).flatMap((item) => unlisted({ ...made, ...item }));
}

/** Every leaf of a value with its path: `data.password`, `metadata.labels["cnpg.io/reload"]`. */
export function leaves(value: unknown, path: string): readonly (readonly [path: string, value: unknown])[] {
  if (Array.isArray(value)) {
    return value.flatMap((item, i) => leaves(item, `${path}[${i}]`));
  }
  if (isObject(value)) {
    return Object.entries(value).flatMap(([name, child]) => leaves(child, join(path, name)));
  }
  return [[path, value]];
}

/** The path of a field below another. */
export function join(path: string, name: string): string {
  return /^[\w-]+$/.test(name) ? `${path === '' ? '' : `${path}.`}${name}` : `${path}[${JSON.stringify(name)}]`;
}
