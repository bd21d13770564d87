import { commands } from '../../cli/registry';
import { type Flags, type Place, type Tool, usage } from './_grammar';
import { anything, file, namespace } from './_values';

/** `npx phoenix ...`, by the command line's own registry. */
export const npx: Tool = (texts, place, complain) => {
  const [program = '', ...rest] = texts;
  const entry = commands
    .filter(({ name }) => `${rest.join(' ')} `.startsWith(`${name} `))
    .toSorted((a, b) => b.name.length - a.name.length)[0];
  if (program !== 'phoenix' || entry === undefined) {
    complain(`npx knows no command '${[program, ...rest.slice(0, 2)].join(' ')}'`);
    return;
  }
  const [min, max] = entry.positionals;
  usage({
    flags: Object.fromEntries(
      Object.entries(entry.options).map(([name, type]): [string, Flags[string]] => [
        `--${name}`,
        type === 'boolean' ? 'switch' : name === 'namespace' ? namespace : anything,
      ]),
    ),
    words: Array.from({ length: min }, () => argument),
    ...(max > min ? { rest: argument } : {}),
  })(rest.slice(entry.name.split(' ').length), place, complain);
};

/** A drill, or a file or folder. */
const argument = (text: string, place: Place) =>
  place.world.hasAnywhere('CronJob', text) || file(text, place) === undefined
    ? undefined
    : `no drill or file '${text}'`;
