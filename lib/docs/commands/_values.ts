import type { Value } from './_grammar';
import { UNKNOWN } from './_shell';

/** Any text: SQL, messages and the like, which nothing here can judge. */
export const anything: Value = () => undefined;

/** One of a few words. */
export function oneOf(...words: readonly string[]): Value {
  return (text) =>
    words.includes(text) ? undefined : `it is ${words.map((x) => `'${x}'`).join(' or ')}, not '${text}'`;
}

/** A word of a certain form. */
export function like(pattern: RegExp, what: string): Value {
  return (text) => (text.includes(UNKNOWN) || pattern.test(text) ? undefined : `it is ${what}, not '${text}'`);
}

export const duration = like(/^(\d+[smh])+$/, 'a duration such as 5m');
export const count = like(/^-?\d+$/, 'a whole number');

/** A file or folder of the repository, or a file that a command of the document writes. */
export const file: Value = (text, { page, world }) => {
  const path = text.replace(/^\.\//, '').replace(/\/$/, '');
  return page.written.has(text) || world.hasPath(path) || path.includes(UNKNOWN) || text === '/dev/null' || text === '-'
    ? undefined
    : `no file '${text}' is written or needed`;
};

/** A file that the command itself writes: in a folder that is there. */
export const newFile: Value = (text, { page, world }) => {
  const folder = text.includes('/') ? text.slice(0, text.lastIndexOf('/')) : '';
  return folder === '' ||
    FOLDERS.has(folder) ||
    page.written.has(folder) ||
    world.hasPath(folder) ||
    text === '/dev/null'
    ? undefined
    : `no folder '${folder}' is made`;
};

/** Folders of a person's machine that a command may write to. */
const FOLDERS = new Set(['~', '~/.local/bin', '~/.config/systemd/user', '~/.ssh']);

/** A file by its path, or by its name alone where the text says in which folder. */
export const written: Value = (text, place) =>
  !text.includes('/') && place.world.hasFileNamed(text) ? undefined : file(text, place);

export const namespace: Value = (text, { world }) =>
  text.includes(UNKNOWN) || world.namespaces.has(text) ? undefined : `no namespace '${text}'`;

export const database: Value = (text, { world }) => (world.databases.has(text) ? undefined : `no database '${text}'`);

export const role: Value = (text, { world }) => (world.roles.has(text) ? undefined : `no role '${text}'`);

export const host: Value = (text, { world }) => (world.hosts.has(text) ? undefined : `no server '${text}'`);

/** `key=value,key=value` of labels that something has. */
export const selector: Value = (text, { world }) => {
  const strange = text.split(',').find((label) => !label.includes(UNKNOWN) && !world.labels.has(label));
  return strange === undefined ? undefined : `no pod or object has the label '${strange}'`;
};

export const labelKey: Value = (text, { world }) =>
  world.labelKeys.has(text) ? undefined : `no pod or object has a label '${text}'`;

export const container: Value = (text, { world }) =>
  world.containers.has(text) ? undefined : `no container '${text}'`;

/** `TEMPLATE@SERVICE` of systemd; `*` for each service. */
export const systemdUnit: Value = (text, { world }) => {
  const [template = '', service = ''] = text.split('@');
  return !world.hasFileNamed(`${template}@.service`)
    ? `no file '${template}@.service' is written`
    : service === '*' || world.hasAnywhere('Service', service)
      ? undefined
      : `no Service '${service}' for the unit '${text}'`;
};
