import { type Flags, judge, parse, type Place, type Tool, usage, verbs } from './_grammar';
import { manifestProblems } from './_manifests';
import { UNKNOWN } from './_shell';
import { anything, count, file, like, newFile, oneOf, systemdUnit, written } from './_values';

const number = like(/^\d+$/, 'a number');
const lines = like(/^-\d+$/, 'a number of lines such as -3');

/** `tail -3`: the number looks like a flag. */
const ends: Tool = (texts, place, complain) => {
  const at = texts[0]?.startsWith('-') === true ? 1 : 0;
  texts.slice(0, at).forEach((text) => judge(text, lines, place, complain));
  usage({ rest: file })(texts.slice(at), place, complain);
};

/** `install FILE PLACE`, or `install -d FOLDER`. What it makes is known to the page. */
const install: Tool = (texts, place, complain) => {
  const flags: Flags = { '-D': 'switch', '-d': 'switch', '-m': like(/^[0-7]{3}$/, 'a mode such as 600') };
  const given = parse(texts, flags, place, complain);
  const [source = '', target = ''] = given.words;
  if (given.flags.has('-d')) {
    judge(source, newFile, place, complain);
    return;
  }
  judge(source, written, place, complain);
  judge(target, newFile, place, complain);
  if (place.page.written.has(source) || source.includes(UNKNOWN)) {
    return;
  }
  const name = nameOf(target);
  const right =
    source === 'ssh_config'
      ? name.endsWith('.conf') && place.world.mentions(name.slice(0, -5))
      : name === nameOf(source);
  if (!right) {
    complain(`'${source}' would be installed under another name, '${target}'`);
  }
};

function nameOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

/** A script, with an argument that it takes. */
export const script: Tool = (texts, place, complain) => {
  const [path = '', argument] = texts;
  judge(path.replace(/^\.\//, ''), written, place, complain);
  const text = place.world.textOf(nameOf(path));
  if (
    text !== undefined &&
    argument !== undefined &&
    !new RegExp(`^ +${argument.replace(/\W/g, '\\$&')}\\)`, 'm').test(text)
  ) {
    complain(`'${path}' takes no '${argument}'`.replaceAll(UNKNOWN, '...'));
  }
};

/** A pattern finds something only if some object is called so. */
const grep = usage({
  flags: { '-q': 'switch' },
  words: [(text, { world }) => (world.mentions(text) ? undefined : `nothing is called '${text}'`)],
});

/** `[ a = b ]`: an operator in the middle, or a question in front. */
const test: Tool = (texts, place, complain) => {
  const inside = texts.slice(0, -1);
  const operator = inside.length === 3 ? inside[1]! : inside[0]!;
  if (texts[texts.length - 1] !== ']') {
    complain(`'[' has no ']'`);
  } else if (!(inside.length === 3 ? COMPARISONS : QUESTIONS).includes(operator)) {
    complain(`[ ] does not know '${operator.replaceAll(UNKNOWN, '...')}'`);
  } else if (inside.length === 2 && ABOUT_FILES.includes(operator)) {
    judge(inside[1], file, place, complain);
  }
};
const COMPARISONS = ['=', '!=', '-eq', '-ne', '-ge', '-gt', '-le', '-lt'];
const ABOUT_FILES = ['-e', '-f', '-d', '-s'];
const QUESTIONS = ['-z', '-n', ...ABOUT_FILES];

/** The items of a loop: files, or the names of objects or their ends. */
const loop: Tool = (texts, place, complain) => {
  const [, word, ...items] = texts;
  if (word !== 'in') {
    complain(`'for' has no 'in'`);
  }
  for (const item of items) {
    judge(
      item,
      (text, at) =>
        text.includes(UNKNOWN) ||
        (/[/*]/.test(text) ? file(text, at) === undefined : at.world.isNameOrEnd(text.split(':')[0]!))
          ? undefined
          : `nothing is called '${text}'`,
      place,
      complain,
    );
  }
};

/** A name that goes into a value is one that exists; several lines are a manifest. */
const printf: Tool = ([format, ...values], place, complain) => {
  values
    .filter((text) => text.includes('\n'))
    .flatMap((text) => manifestProblems(text, place.world))
    .forEach(complain);
  const name = (text: string) => place.world.roles.has(text) || place.world.mentions(text);
  values
    .filter((text) => format === '%s' && !text.includes(UNKNOWN) && text !== 'VALUE' && !name(text))
    .forEach((text) => complain(`nothing is called '${text}'`));
};

/** Host names of the ssh configuration that synthesis writes. */
const sshHost = (text: string, { world }: Place) =>
  new RegExp(`^Host ${text.replace(/\W/g, '\\$&')}$`, 'm').test(world.textOf('ssh_config') ?? '')
    ? undefined
    : `no Host '${text}' in the ssh configuration`;

const USER: Flags = { '--user': 'switch' };
const NOW: Flags = { '--now': 'switch' };
const UNITS = { rest: systemdUnit };

/** Folders in an instance's pod (CloudNativePG 1.30). */
const inPod = oneOf('/var/lib/postgresql/data', '/var/lib/postgresql/wal');

/** Programs of a person's machine, with all that documents use of them. */
export const PLAIN_TOOLS: Readonly<Record<string, Tool>> = {
  '[': test,
  ':': usage({}),
  base64: usage({ flags: { '-w0': 'switch', '-d': 'switch' } }),
  cat: usage({ rest: file }),
  cd: usage({ rest: anything }),
  df: usage({ flags: { '-h': 'switch' }, rest: inPod }),
  diff: usage({ words: [file, file] }),
  echo: usage({ rest: anything }),
  exit: usage({ rest: number }),
  export: usage({ rest: anything }),
  for: loop,
  git: verbs('git', {
    commit: { flags: { '--all': 'switch', '--message': anything } },
    push: usage({}),
    pull: usage({}),
    diff: { flags: { '--stat': 'switch' }, rest: file },
    revert: { flags: { '--no-edit': 'switch' }, words: [oneOf('HEAD')] },
  }),
  grep,
  head: ends,
  install,
  journalctl: usage({
    flags: { ...USER, '--unit': systemdUnit, '--since': like(/^-\d+(min|h)$/, 'a time such as -10min') },
  }),
  kill: usage({ flags: { '-0': 'switch' }, rest: anything }),
  loginctl: verbs('loginctl', { 'enable-linger': usage({}), 'disable-linger': usage({}) }),
  npm: verbs('npm', { ci: usage({}), test: usage({}), run: { words: [oneOf('synth')] } }),
  openssl: verbs('openssl', { rand: { flags: { '-hex': 'switch' }, words: [number] } }),
  printf,
  read: usage({ flags: { '-r': 'switch', '-s': 'switch' }, rest: anything }),
  return: usage({ rest: number }),
  rm: usage({ rest: file }),
  set: usage({ flags: { '-u': 'switch' } }),
  sh: script,
  shift: usage({ rest: number }),
  sleep: usage({ words: [like(/^\d+$/, 'seconds')] }),
  sort: usage({}),
  ssh: usage({ flags: { '-N': 'switch' }, words: [sshHost] }),
  systemctl: verbs(
    'systemctl',
    {
      'daemon-reload': usage({}),
      enable: { flags: NOW, ...UNITS },
      disable: { flags: NOW, ...UNITS },
      status: UNITS,
      restart: UNITS,
    },
    USER,
  ),
  tail: ends,
  tee: usage({ rest: newFile }),
  tr: usage({ flags: { '-d': like(/^\\n$/, 'a line feed') }, rest: like(/^(\\n|\|)$/, 'a character') }),
  trap: usage({ rest: anything }),
  true: usage({}),
  wait: usage({ rest: anything }),
  wget: usage({ flags: { '-q': 'switch', '-T': count, '-O': newFile }, rest: anything }),
};
