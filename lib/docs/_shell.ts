/** One word of a command, quotes resolved. What is known only at run time stands as UNKNOWN. */
export interface ShellWord {
  readonly text: string;
  /** Where the word begins in the block. */
  readonly start: number;
}

/** A simple command: a program and its arguments. The head of a loop, `for x in ...`, counts as one. */
export type ShellCommand = readonly ShellWord[];

/** Stands in a word for an expansion. */
export const UNKNOWN = '\u0000';

const RESERVED = new Set(['if', 'then', 'else', 'elif', 'fi', 'do', 'done', 'while', 'until', '!', '{', '}', 'esac']);

/**
 * The simple commands of a POSIX shell text, those in `$(...)` and in subshells included. It knows quotes, comments,
 * here-documents, pipes and lists: what stands in documents. It judges no syntax; `sh -n` does that.
 */
export function shellCommands(text: string): ShellCommand[] {
  return new Reader(text, 0).read();
}

class Reader {
  private at = 0;
  private readonly commands: ShellCommand[] = [];
  private words: ShellWord[] = [];
  private readonly hereDocuments: string[] = [];
  private cases = 0;
  private inPattern = false;

  public constructor(
    private readonly text: string,
    private readonly offset: number,
  ) {}

  public read(): ShellCommand[] {
    while (this.at < this.text.length) {
      this.step();
    }
    this.endCommand();
    return this.commands;
  }

  private step(): void {
    const char = this.text[this.at]!;
    const rest = this.text.slice(this.at);
    const redirect = /^\d*(>>|<<-?|>&|<&|>|<)\s*/.exec(rest);
    if (this.inPattern && !/[\s#]/.test(char)) {
      this.pattern();
    } else if (char === '\n') {
      this.endCommand();
      this.at += 1;
      this.skipHereDocuments();
    } else if (/\s/.test(char)) {
      this.at += 1;
    } else if (rest.startsWith('\\\n')) {
      this.at += 2;
    } else if (char === '#') {
      this.at += rest.indexOf('\n') === -1 ? rest.length : rest.indexOf('\n');
    } else if (redirect !== null) {
      this.at += redirect[0].length;
      const target = this.word();
      if (redirect[1]?.startsWith('<<') === true) {
        this.hereDocuments.push(target.text);
      }
    } else if (/[;|&()]/.test(char)) {
      this.endCommand();
      this.inPattern = this.cases > 0 && rest.startsWith(';;');
      this.at += this.inPattern ? 2 : 1;
    } else {
      this.words.push(this.word());
    }
  }

  private word(): ShellWord {
    const start = this.at;
    let text = '';
    while (this.at < this.text.length && !/[\s;|&()<>]/.test(this.text[this.at]!)) {
      const char = this.text[this.at]!;
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
        text += char;
        this.at += 1;
      }
    }
    return { text, start: this.offset + start };
  }

  private doubleQuoted(): string {
    let text = '';
    this.at += 1;
    while (this.at < this.text.length && this.text[this.at] !== '"') {
      const char = this.text[this.at]!;
      if (char === '\\') {
        text += this.text[this.at + 1] ?? '';
        this.at += 2;
      } else if (char === '$') {
        text += this.expansion();
      } else {
        text += char;
        this.at += 1;
      }
    }
    this.at += 1;
    return text;
  }

  private expansion(): string {
    const rest = this.text.slice(this.at);
    if (rest.startsWith('$((')) {
      this.at = this.matching('(', ')', this.at + 1) + 1;
      return UNKNOWN;
    }
    if (rest.startsWith('$(')) {
      const end = this.matching('(', ')', this.at + 1);
      const inner = new Reader(this.text.slice(this.at + 2, end), this.offset + this.at + 2);
      this.commands.push(...inner.read());
      this.at = end + 1;
      return UNKNOWN;
    }
    if (rest.startsWith('${')) {
      this.at = this.matching('{', '}', this.at + 1) + 1;
      return UNKNOWN;
    }
    const name = /^\$(\w+|[@*#?$!-])/.exec(rest);
    this.at += name === null ? 1 : name[0].length;
    return name === null ? '$' : UNKNOWN;
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

  private endCommand(): void {
    let words = this.words;
    this.words = [];
    while (words.length > 0 && (RESERVED.has(words[0]!.text) || /^[A-Za-z_]\w*=/.test(words[0]!.text))) {
      words = words.slice(1);
    }
    if (words[0]?.text === 'case') {
      this.cases += 1;
      this.inPattern = true;
    } else if (words.length > 0) {
      this.commands.push(words);
    }
  }

  private skipHereDocuments(): void {
    for (const delimiter of this.hereDocuments.splice(0)) {
      const end = new RegExp(`^\\t*${delimiter}$`, 'm').exec(this.text.slice(this.at));
      this.at = end === null ? this.text.length : this.at + end.index + end[0].length;
    }
  }
}
