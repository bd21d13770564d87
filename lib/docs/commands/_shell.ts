/** One word of a command, quotes resolved. What is known only at run time stands as UNKNOWN. */
export interface ShellWord {
  readonly text: string;
  /** Where the word begins in the block. */
  readonly start: number;
}

/** `NAME=value` before a command or alone. */
export interface ShellAssignment {
  readonly name: string;
  readonly value: string;
  readonly start: number;
}

/** A redirection; a here-document has its text. */
export interface ShellRedirect {
  readonly operator: string;
  readonly target: ShellWord;
  readonly body?: string;
}

/** A simple command: a program and its arguments. The head of a loop, `for x in ...`, counts as one. */
export interface ShellCommand {
  /** Empty for assignments alone. */
  readonly words: readonly ShellWord[];
  readonly assignments: readonly ShellAssignment[];
  readonly redirects: readonly ShellRedirect[];
  readonly start: number;
  /** The command that this one's output goes to. */
  readonly pipedTo: ShellCommand | undefined;
}

/** A use of a variable without a default. */
export interface ShellRead {
  readonly name: string;
  readonly start: number;
}

/** What a shell text holds. */
export interface ShellText {
  readonly commands: readonly ShellCommand[];
  readonly reads: readonly ShellRead[];
  /** What the shell itself would take otherwise than it is meant. */
  readonly problems: readonly { readonly start: number; readonly problem: string }[];
}

/** Stands in a word for an expansion. */
export const UNKNOWN = '\u0000';

const RESERVED = new Set(['if', 'then', 'else', 'elif', 'fi', 'do', 'done', 'while', 'until', '!', '{', '}', 'esac']);

const REDIRECT = /\d*(>>|<<-?|>&|<&|>|<)[ \t]*/y;
const BLANKS = /[^\S\n]+/y;
const PLAIN = /[^\s;|&()<>'"\\$~]+/y;
const PLAIN_IN_QUOTES = /[^"\\$]+/y;
const PLAIN_IN_DOCUMENT = /[^\\$]+/y;

type Draft = { -readonly [K in keyof ShellCommand]: ShellCommand[K] };

/**
 * The simple commands of a POSIX shell text, those in `$(...)`, in subshells and in here-documents included. It knows
 * quotes, comments, pipes and lists: what stands in documents. It judges no syntax; `sh -n` does that.
 */
export function readShell(text: string): ShellText {
  const found = { commands: [], reads: [], problems: [] };
  new Reader(text, 0, found).read();
  return found;
}

interface Found {
  readonly commands: ShellCommand[];
  readonly reads: ShellRead[];
  readonly problems: { start: number; problem: string }[];
}

class Reader {
  private at = 0;
  private words: ShellWord[] = [];
  private redirects: { operator: string; target: ShellWord; body?: string }[] = [];
  private readonly hereDocuments: { redirect: { body?: string }; delimiter: string; quoted: boolean; start: number }[] =
    [];
  private cases = 0;
  private inPattern = false;
  private piping: Draft | undefined;

  public constructor(
    private readonly text: string,
    private readonly offset: number,
    private readonly found: Found,
  ) {}

  public read(): void {
    while (this.at < this.text.length) {
      this.step();
    }
    this.endCommand();
    for (const { delimiter, start } of this.hereDocuments) {
      this.found.problems.push({ start, problem: `the here-document has no end '${delimiter}'` });
    }
  }

  private step(): void {
    const char = this.text[this.at]!;
    const next = this.text[this.at + 1];
    REDIRECT.lastIndex = this.at;
    const redirect = /[\d<>]/.test(char) ? REDIRECT.exec(this.text) : null;
    if (this.inPattern && !/[\s#]/.test(char)) {
      this.pattern();
    } else if (char === '\n') {
      this.endCommand();
      this.at += 1;
      this.readHereDocuments();
    } else if (/\s/.test(char)) {
      this.run(BLANKS);
    } else if (char === '\\' && next === '\n') {
      this.at += 2;
    } else if (char === '#') {
      const end = this.text.indexOf('\n', this.at);
      this.at = end === -1 ? this.text.length : end;
    } else if (redirect !== null) {
      this.at += redirect[0].length;
      this.redirect(redirect[1]!);
    } else if (/[;|&()]/.test(char)) {
      const pipe = char === '|' && next !== '|' && this.text[this.at - 1] !== '|';
      this.endCommand(pipe);
      this.inPattern = this.cases > 0 && char === ';' && next === ';';
      this.at += this.inPattern ? 2 : 1;
    } else {
      this.words.push(this.word());
    }
  }

  private redirect(operator: string): void {
    const from = this.at;
    const target = this.word();
    const redirect: (typeof this.redirects)[number] = { operator, target };
    this.redirects.push(redirect);
    if (operator.startsWith('<<')) {
      const quoted = /['"\\]/.test(this.text.slice(from, this.at));
      this.hereDocuments.push({ redirect, delimiter: target.text, quoted, start: target.start });
    }
  }

  private word(): ShellWord {
    const start = this.at;
    let text = '';
    while (this.at < this.text.length) {
      text += this.run(PLAIN);
      const char = this.text[this.at];
      if (char === undefined || /[\s;|&()<>]/.test(char)) {
        break;
      }
      if (char === "'") {
        const end = this.closing("'");
        text += this.text.slice(this.at + 1, end);
        this.at = end + 1;
      } else if (char === '"') {
        text += this.doubleQuoted();
      } else if (char === '\\') {
        text += this.text[this.at + 1] ?? '';
        this.at += 2;
      } else if (char === '$') {
        text += this.expansion();
      } else {
        if (char === '~' && text.endsWith('=') && !/^[A-Za-z_]\w*=$/.test(text)) {
          this.found.problems.push({ start: this.offset + this.at, problem: `'~' stays '~' here; write "$HOME"` });
        }
        text += char;
        this.at += 1;
      }
    }
    return { text, start: this.offset + start };
  }

  private doubleQuoted(): string {
    let text = '';
    this.at += 1;
    for (;;) {
      text += this.run(PLAIN_IN_QUOTES);
      if (this.at >= this.text.length || this.text[this.at] === '"') {
        break;
      }
      text += this.quotedStep(true);
    }
    this.at += 1;
    return text;
  }

  /** Takes all that a sticky expression matches here. */
  private run(expression: RegExp): string {
    expression.lastIndex = this.at;
    const text = expression.exec(this.text)?.[0] ?? '';
    this.at += text.length;
    return text;
  }

  /** One step in double quotes, or in a here-document, where quotes are plain. */
  private quotedStep(inQuotes: boolean): string {
    const char = this.text[this.at]!;
    const next = this.text[this.at + 1] ?? '';
    if (
      char === '\\' &&
      (next === '\n' || next === '$' || next === '\\' || next === '`' || (inQuotes && next === '"'))
    ) {
      this.at += 2;
      return next === '\n' ? '' : next;
    }
    if (char === '$') {
      return this.expansion();
    }
    this.at += 1;
    return char;
  }

  private expansion(): string {
    const rest = this.text.slice(this.at, this.at + 80);
    const start = this.offset + this.at;
    if (rest.startsWith('$((')) {
      const end = this.matching('(', ')', this.at + 1);
      [...this.text.slice(this.at, end).matchAll(/[A-Za-z_]\w*/g)].forEach(([name]) =>
        this.found.reads.push({ name, start }),
      );
      this.at = end + 1;
      return UNKNOWN;
    }
    if (rest.startsWith('$(')) {
      const end = this.matching('(', ')', this.at + 1);
      new Reader(this.text.slice(this.at + 2, end), this.offset + this.at + 2, this.found).read();
      this.at = end + 1;
      return UNKNOWN;
    }
    const braced = /^\$\{([A-Za-z_]\w*)(:?[-=+])?/.exec(rest);
    if (rest.startsWith('${')) {
      if (braced !== null && braced[2] === undefined) {
        this.found.reads.push({ name: braced[1]!, start });
      }
      this.at = this.matching('{', '}', this.at + 1) + 1;
      return UNKNOWN;
    }
    const name = /^\$([A-Za-z_]\w*|[\d@*#?$!-])/.exec(rest);
    if (name === null) {
      this.at += 1;
      return '$';
    }
    this.at += name[0].length;
    if (name[1] === 'HOME') {
      return '~';
    }
    if (/^[A-Za-z_]/.test(name[1]!)) {
      this.found.reads.push({ name: name[1]!, start });
    }
    return UNKNOWN;
  }

  /** The pattern of a branch of `case`, up to its bracket; or the end of the `case`. */
  private pattern(): void {
    while (this.at < this.text.length && this.text[this.at] !== ')') {
      const word = this.word().text;
      if (word === 'esac') {
        this.cases -= 1;
        this.inPattern = false;
        return;
      }
      this.at += word === '' && this.text[this.at] !== ')' ? 1 : 0;
    }
    this.at += 1;
    this.inPattern = false;
  }

  private closing(quote: string): number {
    const end = this.text.indexOf(quote, this.at + 1);
    return end === -1 ? this.text.length : end;
  }

  /** Position of the bracket that closes the one at `from`, past quotes. */
  private matching(open: string, close: string, from: number): number {
    let depth = 0;
    let quote = '';
    for (let i = from; i < this.text.length; i += 1) {
      const char = this.text[i]!;
      if (char === '\\') {
        i += 1;
      } else if (quote !== '') {
        quote = char === quote ? '' : quote;
      } else if (char === "'" || char === '"') {
        quote = char;
      } else if (char === open) {
        depth += 1;
      } else if (char === close) {
        depth -= 1;
        if (depth === 0) {
          return i;
        }
      }
    }
    return this.text.length;
  }

  private endCommand(pipe = false): void {
    let words = this.words;
    const { redirects } = this;
    this.words = [];
    this.redirects = [];
    const assignments: ShellAssignment[] = [];
    for (let first = words[0]; first !== undefined; first = words[0]) {
      const [, name, value = ''] = /^([A-Za-z_]\w*)=(.*)$/s.exec(first.text) ?? [];
      if (name !== undefined) {
        assignments.push({ name, value, start: first.start });
      } else if (!RESERVED.has(first.text)) {
        break;
      }
      words = words.slice(1);
    }
    const start = assignments[0]?.start ?? words[0]?.start ?? redirects[0]?.target.start;
    if (words[0]?.text === 'case') {
      this.cases += 1;
      this.inPattern = true;
    } else if (start !== undefined) {
      const command: Draft = { words, assignments, redirects, start, pipedTo: undefined };
      this.found.commands.push(command);
      if (this.piping !== undefined) {
        this.piping.pipedTo = command;
      }
      this.piping = pipe ? command : undefined;
    }
  }

  private readHereDocuments(): void {
    for (const { redirect, delimiter, quoted, start } of this.hereDocuments.splice(0)) {
      const end = new RegExp(`^\\t*${delimiter.replace(/\W/g, '\\$&')}$`, 'm').exec(this.text.slice(this.at));
      const stop = end === null ? this.text.length : this.at + end.index;
      if (end === null) {
        this.found.problems.push({ start, problem: `the here-document has no end '${delimiter}'` });
      }
      redirect.body = quoted ? this.text.slice(this.at, stop) : this.expanded(stop);
      this.at = end === null ? stop : stop + end[0].length;
    }
  }

  private expanded(stop: number): string {
    let text = '';
    while (this.at < stop) {
      const left = stop - this.at;
      text += this.run(PLAIN_IN_DOCUMENT).slice(0, left);
      if (this.at < stop) {
        text += this.quotedStep(false);
      }
    }
    return text;
  }
}
