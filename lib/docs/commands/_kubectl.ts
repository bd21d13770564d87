import { ANNOTATIONS, fieldProblem, fieldSelectorProblem, outputProblem, patchProblem, waitProblem } from './_fields';
import { type Arguments, type Complain, parse, type Place, type Tool } from './_grammar';
import { PLUGIN_FLAGS, VERBS, flagsOf } from './_kubectl-verbs';
import { RESOURCES, type Resource } from './_resources';
import { UNKNOWN } from './_shell';
import { file } from './_values';

const API_VERBS = new Set(['get', 'list', 'watch', 'create', 'update', 'patch', 'delete']);
/** Taints that Kubernetes acts upon, with the value that documents give them. */
const TAINT =
  /^node\.kubernetes\.io\/out-of-service=nodeshutdown:(NoExecute|NoSchedule)-?$|^node\.kubernetes\.io\/(unreachable|not-ready|unschedulable):(NoExecute|NoSchedule)-?$/;
const NODE: Resource = { kind: 'Node', namespaced: false };
const POD: Resource = { kind: 'Pod', namespaced: true };

/** Checks `kubectl ...` against what exists. What `exec` runs in the pod is left to the caller. */
export const kubectl: Tool = (texts, place, complain) => {
  if (texts[0] === 'cnpg') {
    plugin(texts.slice(1), place, complain);
    return;
  }
  const own = texts.includes('--') ? texts.slice(0, texts.indexOf('--')) : texts;
  const at = verbAt(own);
  const name = own[at] ?? '';
  const verb = Object.hasOwn(VERBS, name) ? VERBS[name] : undefined;
  if (verb === undefined) {
    complain(`kubectl has no verb '${name}'`);
    return;
  }
  const given = parse([...own.slice(0, at), ...own.slice(at + 1)], flagsOf(name), place, complain);
  const check = new Checker(place, given.flags.get('--namespace')?.[0], complain);
  const selected = given.flags.has('--selector') || given.flags.has('--all');
  const { words } = given;
  switch (verb.form) {
    case 'resources':
      resources(name, given, check, selected);
      break;
    case 'pod':
      check.target(words[0], selected);
      words.slice(1).forEach((word) => {
        if (name !== 'port-forward' || !/^\d+(:\d+)?$/.test(word.replaceAll(UNKNOWN, '1'))) {
          complain(`kubectl ${name} takes no '${word}'`);
        }
      });
      break;
    case 'node':
      check.named(NODE, words[0] ?? '');
      break;
    case 'rollout':
      if (!['restart', 'status', 'undo'].includes(words[0] ?? '')) {
        complain(`kubectl rollout has no verb '${words[0] ?? ''}'`);
      }
      check.resources(words.slice(1), selected);
      break;
    case 'create':
      create(given, check, place, complain);
      break;
    case 'auth':
      auth(words, given, complain);
      break;
    case 'top':
      if (!['node', 'nodes', 'pod', 'pods'].includes(words[0] ?? '')) {
        complain(`kubectl top has no '${words[0] ?? ''}'`);
      }
      break;
    case 'files':
      if (words.length > 0) {
        complain(`kubectl ${name} takes no '${words[0]}'`);
      }
  }
};

/** Flags with a value may stand before the verb. */
function verbAt(texts: readonly string[]): number {
  let at = 0;
  while (texts[at]?.startsWith('-') === true) {
    at += texts[at]!.includes('=') ? 1 : 2;
  }
  return at;
}

function resources(verb: string, { flags, words }: Arguments, check: Checker, selected: boolean): void {
  if (words.length === 0 && (flags.has('-k') || flags.has('-f') || flags.has('--filename'))) {
    check.say(wholeOutputProblem(flags));
    return;
  }
  if (verb === 'taint' || verb === 'annotate') {
    const [type = '', name = '', ...changes] = words;
    check.resources([type, name], selected);
    for (const change of changes) {
      const key = change.replace(/-$|=.*$/, '');
      check.must(
        verb === 'taint' ? TAINT.test(change) : ANNOTATIONS.has(key),
        `no ${verb === 'taint' ? 'taint' : 'annotation'} '${change}'`,
      );
    }
    return;
  }
  const kinds = check.resources(words, selected);
  const listed = words.length < 2 && !words[0]?.includes('/');
  for (const { kind } of kinds) {
    const judged: readonly [string, (value: string) => string | undefined][] = [
      ['--output', (value) => outputProblem(kind, value, listed)],
      ['--for', (value) => waitProblem(kind, value)],
      ['--patch', (value) => patchProblem(kind, value)],
      ['--sort-by', (value) => fieldProblem(kind, value)],
      ['--field-selector', (value) => fieldSelectorProblem(kind, value)],
    ];
    for (const [flag, problem] of judged) {
      flags.get(flag)?.forEach((value) => check.say(problem(value)));
    }
  }
}

/** What is wrong with `--output` of whole files. */
function wholeOutputProblem(flags: Arguments['flags']): string | undefined {
  const output = flags.get('--output')?.[0];
  return output === undefined || ['yaml', 'name', 'json'].includes(output) ? undefined : `no output '${output}'`;
}

function create({ flags, words }: Arguments, check: Checker, place: Place, complain: Complain): void {
  check.say(wholeOutputProblem(flags));
  if (flags.has('--filename') || flags.has('-f')) {
    return;
  }
  if (words[0] === 'job' && flags.has('--from')) {
    check.must(words.length === 2, 'kubectl create job takes one name');
    check.target(flags.get('--from')?.[0], false);
    return;
  }
  if (words[0] !== 'secret' || words[1] !== 'generic') {
    complain(`kubectl create of '${words.join(' ')}' is not known here`);
    return;
  }
  check.named({ kind: 'Secret', namespaced: true }, words[2] ?? '');
  for (const pair of flags.get('--from-file') ?? []) {
    const [key = '', path = ''] = pair.split(/=(.*)/s, 2);
    const name = path.slice(path.lastIndexOf('/') + 1);
    check.must(key === name || key === 'old.agekey' || key === 'age.agekey', `'${key}' is no entry for '${path}'`);
    check.say(path === UNKNOWN ? undefined : file(path, place));
  }
}

function auth(words: readonly string[], { flags }: Arguments, complain: Complain): void {
  if (words[0] === 'whoami' && words.length === 1) {
    return;
  }
  if (words[0] !== 'can-i' || !API_VERBS.has(words[1] ?? '') || !RESOURCES.has(words[2] ?? '')) {
    complain(`kubectl auth does not know '${words.join(' ')}'`);
  } else if (!flags.has('--namespace')) {
    complain(`kubectl auth can-i needs a namespace`);
  }
}

const PLUGIN_VERBS = new Set(['status', 'promote', 'fencing', 'restart', 'destroy', 'backup']);

function plugin(texts: readonly string[], place: Place, complain: Complain): void {
  const { flags, words } = parse(texts, PLUGIN_FLAGS, place, complain);
  const [verb = '', ...rest] = words;
  if (!PLUGIN_VERBS.has(verb)) {
    complain(`the cnpg plugin has no verb '${verb}'`);
    return;
  }
  if (verb === 'fencing' && !['on', 'off'].includes(rest[0] ?? '')) {
    complain(`fencing is 'on' or 'off', not '${rest[0] ?? ''}'`);
  }
  const [cluster = '', instance] = verb === 'fencing' ? rest.slice(1) : rest;
  const check = new Checker(place, flags.get('--namespace')?.[0], complain);
  check.named({ kind: 'Cluster', namespaced: true }, cluster);
  if (instance !== undefined && instance !== '*' && !/^\d+$/.test(instance)) {
    check.named(POD, instance);
  }
  if (['promote', 'destroy', 'fencing'].includes(verb) && instance === undefined) {
    complain(`cnpg ${verb} needs an instance`);
  }
}

class Checker {
  public constructor(
    private readonly place: Place,
    private readonly namespace: string | undefined,
    private readonly complain: Complain,
  ) {}

  public say(problem: string | undefined): void {
    if (problem !== undefined) {
      this.complain(problem.replaceAll(UNKNOWN, '...'));
    }
  }

  public must(right: boolean, problem: string): void {
    this.say(right ? undefined : problem);
  }

  /** `TYPE NAME...`, `TYPE/NAME...`, `TYPE,TYPE` or `TYPE`: the kinds. */
  public resources(words: readonly string[], selected: boolean): Resource[] {
    const [first, ...names] = words;
    if (first === undefined) {
      this.complain('it names no resource');
      return [];
    }
    if (first.includes(UNKNOWN)) {
      return [];
    }
    if (first.includes('/')) {
      return words.flatMap((word) => this.target(word, false) ?? []);
    }
    const found = first.split(',').flatMap((name) => this.resource(name) ?? []);
    names.forEach((name) => found.slice(0, 1).forEach((resource) => this.named(resource, name)));
    this.must(!selected || names.length === 0, `names and a selector exclude each other`);
    return found;
  }

  /** `TYPE/NAME`, or the name of a pod. */
  public target(word: string | undefined, selected: boolean): Resource | undefined {
    if (word === undefined) {
      this.must(selected, 'it names no pod');
      return undefined;
    }
    const [type, name] = word.split('/', 2);
    if (name === undefined) {
      if (word !== UNKNOWN) {
        this.named(POD, word);
      }
      return POD;
    }
    const resource = type === UNKNOWN ? undefined : this.resource(type ?? '');
    if (resource !== undefined) {
      this.named(resource, name);
    }
    return resource;
  }

  public named(resource: Resource, name: string): void {
    const { world } = this.place;
    if (resource.namespaced && this.namespace === undefined) {
      this.complain(`'${resource.kind}' is in a namespace, and it names none`);
      return;
    }
    const inNamespace = resource.namespaced ? this.namespace : undefined;
    const found =
      name === UNKNOWN || this.namespace?.includes(UNKNOWN) === true || world.has(resource.kind, name, inNamespace);
    const where = resource.namespaced ? ` in namespace '${this.namespace}'` : '';
    this.must(found, `no ${resource.kind} '${name}'${where}`);
  }

  private resource(name: string): Resource | undefined {
    const resource = RESOURCES.get(name);
    if (resource === undefined) {
      this.complain(`no resource '${name}'`);
    } else if (resource.namespaced && this.namespace === undefined) {
      this.complain(`'${name}' are in namespaces, and it names none`);
    }
    return resource;
  }
}
