import { readFileSync } from 'node:fs';
import { Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { phoenix } from './_phoenix';
import { UsageMistake, command } from '../../lib/cli/_command';
import { type CommandEntry, commands } from '../../lib/cli/registry';
import { commandHelp } from '../../lib/cli/_help';
import { runCli } from '../../lib/cli/_run';

const echo = command({
  name: 'things echo',
  summary: 'say what was understood',
  help: 'Says what was understood. It never writes anything.',
  positionals: { usage: '[DIR]', min: 0, max: 1, description: 'folder to look at' },
  options: {
    format: { type: 'string', choices: ['text', 'json'], default: 'text', description: 'how to print' },
    rule: { type: 'string', value: 'NAME', multiple: true, description: 'only this rule' },
    quiet: { type: 'boolean', short: 'q', description: 'say less' },
    output: { type: 'string', short: 'o', value: 'FILE', description: 'write there' },
  },
  examples: [['phoenix things echo deploy', 'the usual way']],
  run({ options, positionals }, io) {
    // The annotations are the test of the inferred types.
    const format: string = options.format;
    const rules: readonly string[] = options.rule;
    const quiet: boolean = options.quiet;
    const output: string | undefined = options.output;
    io.stdout(JSON.stringify({ format, rules, quiet, output, positionals }));
    return 2;
  },
});
const plain = command({
  name: 'plain',
  summary: 'take nothing',
  help: 'Takes nothing.',
  options: { file: { type: 'string', description: 'a file to read' } },
  examples: [['phoenix plain', 'nothing happens']],
  run({ options }) {
    if (options.file === 'defect') {
      throw new TypeError('x is not a function');
    }
    if (options.file !== undefined) {
      readFileSync(options.file);
    }
    throw new UsageMistake("'plain' has nothing to do");
  },
});
const entries: CommandEntry[] = [echo, plain].map((x) => ({
  name: x.name,
  summary: x.summary,
  load: () => Promise.resolve(x),
}));

const run = (...argv: string[]) => phoenix(argv, { verbs: entries, version: '1.2.3' });

describe('arguments', () => {
  const nothing = { format: 'text', rules: [], quiet: false, positionals: [] };

  it.each([
    [[], nothing],
    [['deploy'], { ...nothing, positionals: ['deploy'] }],
    [['--format', 'json', '-q'], { ...nothing, format: 'json', quiet: true }],
    [['--rule', 'a', '--rule=b'], { ...nothing, rules: ['a', 'b'] }],
    [['-o', 'x.html', 'deploy'], { ...nothing, output: 'x.html', positionals: ['deploy'] }],
    [['--', '--help'], { ...nothing, positionals: ['--help'] }],
  ])('reads %j', async (argv, expected) => {
    const result = await run('things', 'echo', ...argv);

    expect(JSON.parse(result.out)).toEqual(expected);
    expect(result).toMatchObject({ code: 2, err: '' });
  });

  it.each([
    [['things', 'echo', '--format', 'xml'], "phoenix things echo: --format must be one of text, json, got 'xml'"],
    [['things', 'echo', 'a', 'b'], "phoenix things echo: too many arguments: 'b' after [DIR]"],
    [['things', 'echo', '--colour'], "phoenix things echo: unknown option '--colour'"],
    [['things', 'echo', '--output'], "phoenix things echo: option '-o, --output <value>' argument missing"],
    [['plain', 'x'], "phoenix plain: unexpected argument 'x'"],
    [['plain'], "phoenix plain: 'plain' has nothing to do"],
    [['plain', '--file', '/nowhere/x'], "phoenix plain: '/nowhere/x': no such file or directory"],
    [['plain', '--file', '/'], 'phoenix plain: illegal operation on a directory'],
    [['thing'], "phoenix: there is no command 'thing', there is: phoenix things echo, phoenix plain"],
    [['things', 'ecko'], "phoenix: there is no command 'things ecko', there is: phoenix things echo"],
    [['--colour'], "phoenix: there is no command '--colour', there is: phoenix things echo, phoenix plain"],
  ])('answers %j with one line and a pointer to --help', async (argv, message) => {
    const { code, out, err } = await run(...argv);
    const [line, pointer, ...rest] = err.split('\n');

    expect(line).toBe(message);
    expect(pointer).toMatch(/^See 'phoenix( [a-z]+)* --help'\.$/);
    expect(rest).toEqual(['']);
    expect({ code, out }).toEqual({ code: 1, out: '' });
  });

  it('shows the stack of a defect, because then it is ours to mend', async () => {
    const { code, err } = await run('plain', '--file', 'defect');

    expect(err).toMatch(/^phoenix plain: this is a defect of phoenix.*\nTypeError: x is not a function\n +at /);
    expect(code).toBe(1);
  });
});

describe('help', () => {
  it('lists every verb and the exit codes', async () => {
    const { code, out } = await run('--help');

    expect(out).toContain('phoenix things echo  say what was understood');
    expect(out).toContain('phoenix plain        take nothing');
    expect(out).toMatch(/0 {2}all well\n {2}1 .*\n {2}2 /);
    expect(code).toBe(0);
  });

  it('of a verb comes from its declaration, and the verb does not run', async () => {
    const { code, out, err } = await run('things', 'echo', 'deploy', '--help');

    expect(out).toContain('Usage: phoenix things echo [DIR] [OPTIONS]\n\nSays what was understood.');
    expect(out).toContain('  --format text|json  how to print (default: text)\n');
    expect(out).toContain('  --rule NAME         only this rule (may be given more than once)\n');
    expect(out).toContain('  -q, --quiet         say less\n');
    expect(out).toContain('  phoenix things echo deploy\n      the usual way');
    expect({ code, err }).toEqual({ code: 0, err: '' });
  });

  it('fits the terminal, keeps every word, and leaves examples as they are', () => {
    const words = (text: string): string[] => text.split(/\s+/).filter(Boolean);
    const long = { ...echo, help: `${'It says much. '.repeat(20)}\n\nWrite:\n  key: "a value that is not to be broken, however narrow the terminal is"` }; // prettier-ignore
    for (const columns of [60, 80, 120]) {
      const text = commandHelp(long, columns);
      const wide = text.split('\n').filter((line) => line.length > columns);

      expect(wide.filter((line) => !line.includes('not to be broken'))).toEqual([]);
      expect(words(text)).toEqual(words(commandHelp(long, 1000)));
      expect(text).toContain('\n  key: "a value that is not to be broken, however narrow the terminal is"\n');
    }
  });

  it('has the exit codes of the verb, where it has its own', async () => {
    const own = {
      ...echo,
      exits: {
        table: [
          [0, 'done'],
          [4, 'not done'],
        ] as const,
        notDone: 4 as const,
      },
    };
    const entry = { name: own.name, summary: '', load: () => Promise.resolve(own) };
    const io = { stdout: () => undefined, stderr: () => undefined, stdin: Readable.from([]), env: {}, cwd: '/', color: false }; // prettier-ignore

    expect(commandHelp(own)).toMatch(/Exit codes\n {2}0 {2}done\n {2}4 {2}not done\n$/);
    expect(await runCli(['things', 'echo', '--colour'], io, [entry], '0')).toBe(4);
  });

  it('of a group lists its verbs only', async () => {
    const { out } = await run('things', '--help');

    expect(out).toContain('things echo');
    expect(out).not.toContain('take nothing');
  });

  it.each([[[]], [['things']]])('comes on stderr with exit code 1 where a verb is missing: %j', async (argv) => {
    const { code, out, err } = await run(...argv);

    expect({ code, out }).toEqual({ code: 1, out: '' });
    expect(err).toContain('Usage: phoenix COMMAND');
  });

  it('prints the version', async () => {
    expect(await run('--version')).toEqual({ code: 0, out: '1.2.3\n', err: '' });
  });
});

describe('the registry', () => {
  it.each(commands)('says of $name what the verb itself does', async (entry) => {
    const verb = await entry.load();
    expect(entry.name).toBe(verb.name);
    expect(entry.options).toEqual(
      Object.fromEntries(Object.entries(verb.options).map(([name, { type }]) => [name, type])),
    );
    expect(entry.positionals).toEqual([verb.positionals?.min ?? 0, verb.positionals?.max ?? 0]);
    const letters = Object.entries(verb.options).flatMap(([name, { short }]) =>
      short === undefined ? [] : [`${short}${name}`],
    );
    // The only two that commands in documents may use by their letter.
    expect(letters.filter((x) => x !== 'nnamespace' && x !== 'ooutput')).toEqual([]);
  });
});
