import { RESOURCES, type Resource } from './_resources';
import { type ShellCommand, UNKNOWN } from './_shell';
import type { CommandWorld } from './command-world';

/** Says what is wrong with a command. */
export type Complain = (problem: string) => void;

/** Flags that take the next word as their value. */
const VALUED = new Set(
  `--namespace --context --selector --output --label-columns --field-selector --sort-by --tail --for --timeout --type
   --patch --patch-file --replicas --filename -f -k --field-manager --container --grace-period --from-file --subresource
   --address --dry-run --from --method --plugin-name`.split(/\s+/),
);
const SWITCHES = new Set(
  `--watch --previous --prefix --all-containers --ignore-not-found --ignore-daemonsets --delete-emptydir-data --wait
   --force --force-conflicts --server-side --stdin --show-labels --all`.split(/\s+/),
);

/** How a verb takes its arguments: resources and names, a pod, nodes only, or nothing of that. */
const VERBS: ReadonlyMap<
  string,
  'resources' | 'pod' | 'node' | 'rollout' | 'create' | 'none' | 'auth' | 'top' | 'forward'
> = new Map([
  ...['get', 'describe', 'delete', 'wait', 'patch', 'scale', 'taint'].map((verb) => [verb, 'resources'] as const),
  ...['logs', 'exec'].map((verb) => [verb, 'pod'] as const),
  ...['cordon', 'uncordon', 'drain'].map((verb) => [verb, 'node'] as const),
  ['port-forward', 'forward'],
  ['rollout', 'rollout'],
  ['create', 'create'],
  ['apply', 'none'],
  ['diff', 'none'],
  ['auth', 'auth'],
  ['top', 'top'],
]);

const API_VERBS = new Set(['get', 'list', 'watch', 'create', 'update', 'patch', 'delete']);

interface Arguments {
  readonly flags: ReadonlyMap<string, readonly string[]>;
  readonly words: readonly string[];
}

/** Checks `kubectl ...` against what exists. */
export function checkKubectl(command: ShellCommand, world: CommandWorld, complain: Complain): void {
  const texts = command.slice(1).map((word) => word.text);
  if (texts[0] === 'cnpg') {
    checkPlugin(parse(texts.slice(1), complain), world, complain);
    return;
  }
  const own = texts.includes('--') ? texts.slice(0, texts.indexOf('--')) : texts;
  const { flags, words } = parse(own, complain);
  const verb = words[0] ?? '';
  const form = VERBS.get(verb);
  if (form === undefined) {
    complain(`kubectl has no verb '${verb}'`);
    return;
  }
  const namespace = namespaceOf(flags, world, complain);
  const check = new Checker(world, namespace, complain);
  flags.get('--selector')?.forEach((selector) => checkSelector(selector, world, complain));
  flags.get('--container')?.forEach((name) => {
    if (!world.containers.has(name)) {
      complain(`no container '${name}'`);
    }
  });
  const rest = words.slice(1);
  switch (form) {
    case 'resources':
      check.resources(verb === 'taint' ? rest.slice(0, 2) : rest, flags.has('--selector'));
      break;
    case 'pod':
    case 'forward':
      check.target(rest[0], flags.has('--selector'));
      break;
    case 'node':
      check.named({ kind: 'Node', namespaced: false }, rest[0] ?? '');
      break;
    case 'rollout':
      if (!['restart', 'status', 'undo'].includes(rest[0] ?? '')) {
        complain(`kubectl rollout has no verb '${rest[0] ?? ''}'`);
      }
      check.resources(rest.slice(1), flags.has('--selector'));
      break;
    case 'create':
      checkCreate(rest, flags, check, complain);
      break;
    case 'auth':
      checkAuth(rest, namespace, complain);
      break;
    case 'top':
      if (!['node', 'pod'].includes(rest[0] ?? '')) {
        complain(`kubectl top has no '${rest[0] ?? ''}'`);
      }
      break;
    case 'none':
      if (rest.length > 0) {
        complain(`kubectl ${verb} takes no '${rest[0]}'`);
      }
  }
}

function parse(texts: readonly string[], complain: Complain): Arguments {
  const flags = new Map<string, string[]>();
  const words: string[] = [];
  for (let i = 0; i < texts.length; i += 1) {
    const [flag = '', value] = texts[i]!.startsWith('--') ? texts[i]!.split(/=(.*)/s, 2) : [texts[i]!];
    if (!flag.startsWith('-') || flag === '-') {
      words.push(texts[i]!);
    } else if (VALUED.has(flag)) {
      flags.set(flag, [...(flags.get(flag) ?? []), value ?? texts[(i += 1)] ?? '']);
    } else {
      flags.set(flag, []);
      if (!SWITCHES.has(flag)) {
        complain(`unknown flag '${flag}'`);
      }
    }
  }
  return { flags, words };
}

function namespaceOf(flags: Arguments['flags'], world: CommandWorld, complain: Complain): string | undefined {
  const namespace = flags.get('--namespace')?.[0];
  if (namespace !== undefined && !namespace.includes(UNKNOWN) && !world.namespaces.has(namespace)) {
    complain(`no namespace '${namespace}'`);
  }
  return namespace;
}

function checkSelector(selector: string, world: CommandWorld, complain: Complain): void {
  for (const label of selector.split(',')) {
    if (!label.includes(UNKNOWN) && !world.labels.has(label)) {
      complain(`no pod or object has the label '${label}'`);
    }
  }
}

function checkCreate(words: readonly string[], flags: Arguments['flags'], check: Checker, complain: Complain): void {
  if (flags.has('--filename') || flags.has('-f')) {
    return;
  }
  if (words[0] === 'job' && flags.has('--from')) {
    check.target(flags.get('--from')?.[0], false);
    return;
  }
  if (words[0] !== 'secret' || words[1] !== 'generic') {
    complain(`kubectl create of '${words.join(' ')}' is not known here`);
    return;
  }
  check.named({ kind: 'Secret', namespaced: true }, words[2] ?? '');
}

function checkAuth(words: readonly string[], namespace: string | undefined, complain: Complain): void {
  if (words[0] === 'whoami') {
    return;
  }
  if (words[0] !== 'can-i' || !API_VERBS.has(words[1] ?? '') || !RESOURCES.has(words[2] ?? '')) {
    complain(`kubectl auth does not know '${words.join(' ')}'`);
  } else if (namespace === undefined) {
    complain(`kubectl auth can-i needs a namespace`);
  }
}

function checkPlugin({ flags, words }: Arguments, world: CommandWorld, complain: Complain): void {
  const namespace = namespaceOf(flags, world, complain);
  const [verb = '', ...rest] = words;
  if (!['status', 'promote', 'fencing', 'restart', 'destroy', 'backup'].includes(verb)) {
    complain(`the cnpg plugin has no verb '${verb}'`);
    return;
  }
  if (verb === 'fencing' && !['on', 'off'].includes(rest[0] ?? '')) {
    complain(`fencing is 'on' or 'off', not '${rest[0] ?? ''}'`);
  }
  const [cluster = '', instance] = verb === 'fencing' ? rest.slice(1) : rest;
  const check = new Checker(world, namespace, complain);
  check.named({ kind: 'Cluster', namespaced: true }, cluster);
  if (instance !== undefined && instance !== '*' && !/^\d+$/.test(instance)) {
    check.named({ kind: 'Pod', namespaced: true }, instance);
  }
  if (['promote', 'destroy', 'fencing'].includes(verb) && instance === undefined) {
    complain(`cnpg ${verb} needs an instance`);
  }
  const plugin = flags.get('--plugin-name')?.[0];
  if (plugin !== undefined && plugin !== 'barman-cloud.cloudnative-pg.io') {
    complain(`no backup plugin '${plugin}'`);
  }
}

class Checker {
  public constructor(
    private readonly world: CommandWorld,
    private readonly namespace: string | undefined,
    private readonly complain: Complain,
  ) {}

  /** `TYPE NAME...`, `TYPE/NAME...`, `TYPE,TYPE` or `TYPE`. */
  public resources(words: readonly string[], selected: boolean): void {
    const [first, ...names] = words;
    if (first === undefined) {
      this.complain('it names no resource');
    } else if (first.includes(UNKNOWN)) {
      return;
    } else if (first.includes('/')) {
      words.forEach((word) => this.target(word, false));
    } else {
      const resources = first.split(',').map((name) => this.resource(name));
      const [resource] = resources;
      if (resource !== undefined) {
        names.forEach((name) => this.named(resource, name));
      }
      if (selected && names.length > 0) {
        this.complain(`names and a selector exclude each other`);
      }
    }
  }

  /** `TYPE/NAME`, or the name of a pod. */
  public target(word: string | undefined, selected: boolean): void {
    if (word === undefined) {
      if (!selected) {
        this.complain('it names no pod');
      }
      return;
    }
    const [type, name] = word.split('/', 2);
    if (name === undefined) {
      if (word !== UNKNOWN) {
        this.named({ kind: 'Pod', namespaced: true }, word);
      }
      return;
    }
    const resource = this.resource(type ?? '');
    if (resource !== undefined) {
      this.named(resource, name);
    }
  }

  public resource(name: string): Resource | undefined {
    const resource = RESOURCES.get(name);
    if (resource === undefined) {
      this.complain(`no resource '${name}'`);
    } else if (resource.namespaced && this.namespace === undefined) {
      this.complain(`'${name}' are in namespaces, and it names none`);
    }
    return resource;
  }

  public named(resource: Resource, name: string): void {
    if (resource.namespaced && this.namespace === undefined) {
      this.complain(`'${resource.kind}' is in a namespace, and it names none`);
      return;
    }
    const inNamespace = resource.namespaced ? this.namespace : undefined;
    const found =
      name === UNKNOWN ||
      this.namespace?.includes(UNKNOWN) === true ||
      this.world.has(resource.kind, name, inNamespace, UNKNOWN);
    if (!found) {
      const where = resource.namespaced ? ` in namespace '${this.namespace}'` : '';
      this.complain(`no ${resource.kind} '${name.replaceAll(UNKNOWN, '...')}'${where}`);
    }
  }
}
