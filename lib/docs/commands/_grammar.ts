import { type ShellCommand, UNKNOWN } from './_shell';
import type { CommandWorld } from './world';

/** Says what is wrong with a command. */
export type Complain = (problem: string) => void;

/** What the other commands of the same document do. */
export interface Page {
  /** Files outside the repository that a command writes. */
  readonly written: ReadonlySet<string>;
}

/** Where a command stands. */
export interface Place {
  readonly world: CommandWorld;
  readonly page: Page;
  readonly command: ShellCommand;
}

/** What is wrong with a word, or nothing. */
export type Value = (text: string, place: Place) => string | undefined;

/** A flag without a value, or what its value may be. */
export type Flags = Readonly<Record<string, Value | 'switch'>>;

/** How a program takes its arguments. */
export interface Usage {
  readonly flags?: Flags;
  /** Arguments that must be there, in order. */
  readonly words?: readonly Value[];
  /** All arguments after those; none without it. */
  readonly rest?: Value;
}

/** Checks the arguments of a program. */
export type Tool = (texts: readonly string[], place: Place, complain: Complain) => void;

/** Arguments, told apart. */
export interface Arguments {
  readonly flags: ReadonlyMap<string, readonly string[]>;
  readonly words: readonly string[];
}

/** Tells flags from words, and checks each flag and its value. */
export function parse(texts: readonly string[], known: Flags, place: Place, complain: Complain): Arguments {
  const flags = new Map<string, string[]>();
  const words: string[] = [];
  for (let i = 0; i < texts.length; i += 1) {
    const [flag = '', own] = texts[i]!.startsWith('--') ? texts[i]!.split(/=(.*)/s, 2) : [texts[i]!];
    if (!flag.startsWith('-') || flag === '-') {
      words.push(texts[i]!);
      continue;
    }
    const kind = Object.hasOwn(known, flag) ? known[flag] : undefined;
    if (kind === undefined) {
      complain(`unknown flag '${flag}'`);
    } else if (kind === 'switch') {
      flags.set(flag, []);
      if (own !== undefined && own !== 'true' && own !== 'false') {
        complain(`'${flag}' is true or false, not '${own}'`);
      }
    } else {
      const value = own ?? texts[(i += 1)];
      flags.set(flag, [...(flags.get(flag) ?? []), value ?? '']);
      judge(value, kind, place, (problem) => complain(`'${flag}': ${problem}`));
    }
  }
  return { flags, words };
}

/** Checks one word; what is known only at run time is right. */
export function judge(text: string | undefined, value: Value, place: Place, complain: Complain): void {
  const problem = text === undefined ? 'a value is missing' : text === UNKNOWN ? undefined : value(text, place);
  if (problem !== undefined) {
    complain(problem.replaceAll(UNKNOWN, '...'));
  }
}

/** A program with one way to call it. */
export function usage({ flags = {}, words = [], rest }: Usage): Tool {
  return (texts, place, complain) => {
    const given = parse(texts, flags, place, complain).words;
    words.forEach((value, i) => judge(given[i], value, place, complain));
    for (const word of given.slice(words.length)) {
      judge(word, rest ?? (() => `it takes no '${word}'`), place, complain);
    }
  };
}

/** A program whose first word says what it does. Flags in front of it belong to the program. */
export function verbs(name: string, table: Readonly<Record<string, Usage | Tool>>, front: Flags = {}): Tool {
  return (texts, place, complain) => {
    let at = 0;
    while (texts[at]?.startsWith('-') === true) {
      at += front[texts[at]!] === undefined || front[texts[at]!] === 'switch' ? 1 : 2;
    }
    parse(texts.slice(0, at), front, place, complain);
    const verb = texts[at] ?? '';
    const found = Object.hasOwn(table, verb) ? table[verb] : undefined;
    if (found === undefined) {
      complain(`${name} has no verb '${verb}'`);
    } else {
      (typeof found === 'function' ? found : usage(found))(texts.slice(at + 1), place, complain);
    }
  };
}
