import { type PathSegment, valueAt } from '../../lib/policy/_path';
import type { PolicyInput } from '../../lib/policy/resource';
import { set } from './_set';

export type Fields = Readonly<Record<string, any>>;
type Path = readonly PathSegment[];

/** One fault in a tree that was clean. */
export interface Seeded {
  readonly inputs: readonly PolicyInput[];
  /** For people. */
  readonly place: string;
  /** File of the object with the fault. */
  readonly file: string;
  /** Where it is in the object: more than one path where a field has another name now. None where the object is gone. */
  readonly paths: readonly Path[];
  /** The field, and its value before and after: a finding on what holds the field must use one of them. */
  readonly words: readonly string[];
}

/** A kind of mistake that people make. */
export interface Fault {
  readonly kind: string;
  /**
   * Where a finding may be instead, as `rule Kind name path`: the fault leaves its own place right in itself, or takes it
   * away, and another place is wrong because of it.
   * @default - only on the seeded object and path
   */
  readonly elsewhere?: RegExp;
  seed(clean: readonly PolicyInput[]): readonly Seeded[];
}

const at = (path: string): Path =>
  path.split('.').map((part) => (/^\d+$/.test(part) ? Number(part) : part.replaceAll('~', '.')));
export const typo = (text: string): string =>
  text.length < 3 ? `${text}x` : text.slice(0, -2) + text.at(-1) + text.at(-2);
const kindOf = (input: PolicyInput): string => (input.manifest as Fields)['kind'];
const fileOf = (input: PolicyInput): string => input.origin?.file ?? '';
const nameOf = (input: PolicyInput): string => (input.manifest as Fields)['metadata'].name;

/** Replaces one value, or removes it, in every object of a kind that has the path. */
export function change(kind: string, paths: string | readonly string[], to: (value: any) => unknown): Fault['seed'] {
  return (clean) =>
    clean.flatMap((input, i) =>
      kind !== '*' && kindOf(input) !== kind
        ? []
        : [paths]
            .flat()
            .flatMap((text) => expand(input.manifest, at(text)))
            .flatMap((path) => {
              const before = valueAt(input.manifest, path);
              const after = to(before);
              return (before === undefined && after === undefined) || JSON.stringify(after) === JSON.stringify(before)
                ? []
                : [seeded(clean, i, path, before, after)];
            }),
    );
}

/** Every place that a path with `*` stands for; a path without is kept, whether it is there or not. */
function expand(manifest: unknown, path: Path): Path[] {
  const star = path.indexOf('*');
  if (star < 0) {
    return valueAt(manifest, path.slice(0, -1)) === undefined ? [] : [path];
  }
  const list = valueAt(manifest, path.slice(0, star));
  const keys: PathSegment[] = Array.isArray(list) ? [...list.keys()] : Object.keys(list ?? {});
  return keys.flatMap((key) => expand(manifest, [...path.slice(0, star), key, ...path.slice(star + 1)]));
}

function seeded(clean: readonly PolicyInput[], i: number, path: Path, before: unknown, after: unknown): Seeded {
  const input = clean[i]!;
  const inputs = clean.map((one, j) => (i === j ? { ...one, manifest: set(one.manifest, path, after) } : one));
  const words = [path.at(-1), path.filter((part) => typeof part === 'string').at(-1), before, after];
  return {
    inputs,
    place: `${kindOf(input)} ${nameOf(input)} ${path.join('.')}`,
    file: fileOf(input),
    paths: [path],
    words: words.filter((word) => ['string', 'number', 'boolean'].includes(typeof word)).map(String),
  };
}

/** Only where the object is in the namespace of the service: the others wait for nothing of it. */
export function namespaced(seed: Fault['seed']): Fault['seed'] {
  return (clean) =>
    seed(
      clean.map((one) =>
        (one.manifest as Fields)['metadata'].namespace === 'state-hub' ? one : { ...one, manifest: withoutWave(one) },
      ),
    );
}

function withoutWave({ manifest }: PolicyInput): Fields {
  return set(manifest, ['metadata', 'annotations', 'argocd.argoproj.io/sync-wave'], undefined);
}

/** Takes objects of a kind away. */
export function remove(kind: string, filter: (name: string) => boolean = () => true): Fault['seed'] {
  return (clean) =>
    clean.flatMap((input, i) =>
      kindOf(input) === kind && filter(nameOf(input))
        ? [
            {
              inputs: clean.filter((_, j) => j !== i),
              place: `${kind} ${nameOf(input)} removed`,
              file: fileOf(input),
              paths: [],
              words: [],
            },
          ]
        : [],
    );
}

/** Adds an object. */
export function add(kind: string, make: (clean: readonly PolicyInput[]) => Fields): Fault['seed'] {
  return (clean) => {
    const manifest = make(clean);
    return [
      {
        inputs: [...clean, { manifest, origin: { file: 'added.yaml' } }],
        place: `${kind} added`,
        file: 'added.yaml',
        paths: [[]],
        words: [],
      },
    ];
  };
}

/** Every path to a field of an object, at most so deep. */
function fields(value: unknown, path: Path = []): Path[] {
  if (Array.isArray(value)) {
    return value.flatMap((item, i) => fields(item, [...path, i]));
  }
  if (typeof value !== 'object' || value === null) {
    return [];
  }
  return Object.entries(value).flatMap(([key, below]) => [[...path, key], ...fields(below, [...path, key])]);
}

const FREE = [
  'labels',
  'annotations',
  'matchLabels',
  'parameters',
  'data',
  'requests',
  'limits',
  'nodeSelector',
  'labelSelector',
];

/** Misspells fields, every seventh, so that some hundreds are tried without trying all. */
export const misspelt: Fault['seed'] = (clean) =>
  clean.flatMap((input, i) =>
    fields(input.manifest)
      .filter((path) => !path.slice(0, -1).some((part) => FREE.includes(String(part))))
      .filter((_, n) => n % 7 === i % 7)
      .map((path) => {
        const key = String(path.at(-1));
        const wrong = typo(key) === key ? `${key}x` : typo(key);
        const manifest = set(
          set(input.manifest, [...path.slice(0, -1), wrong], valueAt(input.manifest, path)),
          path,
          undefined,
        );
        return {
          inputs: clean.map((one, j) => (i === j ? { ...one, manifest } : one)),
          place: `${kindOf(input)} ${nameOf(input)} ${path.join('.')} -> ${wrong}`,
          file: fileOf(input),
          paths: [[...path.slice(0, -1), wrong], path],
          words: [wrong, key],
        };
      }),
  );

/** A copy of the first object of a kind. */
export const copyOf = (clean: readonly PolicyInput[], kind: string): Fields =>
  structuredClone(clean.find((input) => kindOf(input) === kind)?.manifest) as Fields;
