import { type Verb, verbs } from '../../cli/verbs';
import { type Tool, usage, type Value } from './_grammar';
import { anything, file, namespace } from './_values';

/** `npx phoenix ...`, by the command line's own list. */
export const npx: Tool = (texts, place, complain) => {
  const [program = '', ...rest] = texts;
  const entry = (verbs as readonly Verb[])
    .filter(({ name }) => `${rest.join(' ')} `.startsWith(`${name} `))
    .toSorted((a, b) => b.name.length - a.name.length)[0];
  if (program !== 'phoenix' || entry === undefined) {
    complain(`npx knows no command '${[program, ...rest.slice(0, 2)].join(' ')}'`);
    return;
  }
  const [min, max] = entry.positionals;
  const argument = ARGUMENTS[entry.name] ?? anything;
  usage({
    flags: Object.fromEntries(Object.entries(entry.options).flatMap(([name, type]) => flagOf(name, type))),
    words: Array.from({ length: min }, () => argument),
    ...(max > min ? { rest: argument } : {}),
  })(rest.slice(entry.name.split(' ').length), place, complain);
};

/** What the verbs that stand in runbooks work on. */
const ARGUMENTS: Readonly<Record<string, Value>> = {
  check: file,
  'evidence list': file,
  'evidence verify': file,
  readiness: file,
  report: file,
  'drill failover': (text, { world }) => (world.hasAnywhere('CronJob', text) ? undefined : `no CronJob '${text}'`),
  'secrets check': file,
};

/** The folder that `evidence pull` fills. */
export function folderOf([, , noun, verb, ...rest]: readonly string[]): string[] {
  const at = rest.findIndex((text) => text === '--output' || text === '-o');
  return noun === 'evidence' && verb === 'pull' ? [at === -1 ? 'evidence' : (rest[at + 1] ?? '')] : [];
}

/** An option by its name, and by the letter that verbs give to the two usual ones. */
function flagOf(name: string, type: 'string' | 'boolean'): [string, Value | 'switch'][] {
  const value = type === 'boolean' ? 'switch' : name === 'namespace' ? namespace : anything;
  const short = { namespace: '-n', output: '-o' }[name];
  return [[`--${name}`, value], ...(short === undefined ? [] : [[short, value] as [string, Value | 'switch']])];
}
