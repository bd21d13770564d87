/** What a verb returns; its `exits` say what each code means. */
export type ExitCode = 0 | 1 | 2 | 3 | 4;

/** The exit codes of a verb. */
export interface Exits {
  /** Each code and what it means, for `--help`. */
  readonly table: readonly (readonly [code: ExitCode, meaning: string])[];
  /** The code for a mistake of the person, and for a defect of ours: the verb did not do its work. */
  readonly notDone: ExitCode;
}

/** The exit codes of a verb that has none of its own. */
export const EXITS: Exits = {
  table: [
    [0, 'all well'],
    [1, 'it could not do its work: a wrong option, a missing file, no cluster'],
    [2, 'it did its work and found something that needs a person'],
  ],
  notDone: 1,
};

/** The world outside a verb, so that a test can stand in for it. */
export interface CommandIo {
  /** Results, for the next program in the pipe. */
  stdout(text: string): void;
  /** Progress and errors, for the person. */
  stderr(text: string): void;
  readonly stdin: NodeJS.ReadableStream;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Folder that relative paths start from. */
  readonly cwd: string;
  /** Whether escape codes are welcome on stdout: a terminal, and no `NO_COLOR`. */
  readonly color: boolean;
  /** Width of the terminal, where stdout is one. */
  readonly columns?: number | undefined;
}

/** One `--option`. */
export interface CommandOption {
  readonly type: 'string' | 'boolean';
  /** What it changes, one sentence, for `--help`. */
  readonly description: string;
  /** Placeholder of the value in `--help`: `FILE`. */
  readonly value?: string;
  /** The only values allowed. */
  readonly choices?: readonly string[];
  /** Value where the option is absent. */
  readonly default?: string;
  /** One letter. */
  readonly short?: string;
  /** May be given more than once. */
  readonly multiple?: boolean;
}

/** The options of one verb by name. */
export type CommandOptions = Readonly<Record<string, CommandOption>>;

/** Parsed options with the types that their declarations imply. */
export type OptionValues<O extends CommandOptions> = {
  readonly [K in keyof O]: O[K]['type'] extends 'boolean'
    ? boolean
    : O[K]['multiple'] extends true
      ? readonly string[]
      : O[K]['default'] extends string
        ? string
        : string | undefined;
};

/** What a verb gets. */
export interface CommandInput<O extends CommandOptions> {
  readonly options: OptionValues<O>;
  readonly positionals: readonly string[];
}

/** One verb: everything that `--help` says and that `main.ts` needs to run it. */
export interface Command<O extends CommandOptions = CommandOptions> {
  /** Words after `phoenix`: `secrets check`. */
  readonly name: string;
  /** One line. */
  readonly summary: string;
  /** Paragraphs for a tired person: what it reads, what it never does, what to do next. */
  readonly help: string;
  /** Placeholder, bounds and sentence for the arguments without a dash; absent where there are none. */
  readonly positionals?: {
    readonly usage: string;
    readonly min: number;
    readonly max: number;
    readonly description: string;
  };
  readonly options: O;
  /** Whole command lines that work as they stand, with what each is for. */
  readonly examples: readonly (readonly [line: string, purpose: string])[];
  /** Where they are not `EXITS`. */
  readonly exits?: Exits;
  run(input: CommandInput<O>, io: CommandIo): ExitCode | Promise<ExitCode>;
}

/** Declares a verb and infers the types of its options. */
export function command<const O extends CommandOptions>(definition: Command<O>): Command {
  return definition;
}

/** A mistake of the person at the keyboard: one line and a pointer to `--help`, never a stack. */
export class UsageMistake extends Error {
  public override readonly name = 'UsageMistake';
}
