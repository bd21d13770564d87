import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { load } from 'js-yaml';
import type { ExternalObject } from '../policy/platform-facts';
import { listOr, objectOr } from '../policy/resource';
import { type CommandIo, UsageMistake } from './_command';

/** The names under which kustomize looks for its file. */
const NAMES = ['kustomization.yaml', 'kustomization.yml', 'Kustomization'];

/** Fields of a kustomization that change what is applied. */
const CHANGING = [
  'patches',
  'patchesStrategicMerge',
  'patchesJson6902',
  'namespace',
  'namePrefix',
  'nameSuffix',
  'images',
  'replicas',
  'configMapGenerator',
  'secretGenerator',
  'components',
  'replacements',
  'helmCharts',
];

/** What a kustomization says of the files around it. */
export interface Kustomization {
  /** As it was given, for messages. */
  readonly file: string;
  /** Files, folders and addresses, as they are written. */
  readonly resources: readonly string[];
  /** Full paths of files that are read for something else, such as patches. */
  readonly parts: readonly string[];
  /** Fields that would change the result, and are not applied here. */
  readonly changing: readonly string[];
  /** ConfigMaps and Secrets that it makes, by the names that its manifests use. */
  readonly made: readonly ExternalObject[];
}

const GENERATORS = [
  ['configMapGenerator', 'ConfigMap'],
  ['secretGenerator', 'Secret'],
] as const;

/** Whether a file is a kustomization, by its name. */
export function isKustomization(name: string): boolean {
  return NAMES.includes(name);
}

/**
 * The kustomization of a folder.
 * @throws if its file cannot be read
 */
export function kustomizationOf(folder: string, io: CommandIo): Kustomization | undefined {
  const name = NAMES.find((one) => existsSync(resolve(io.cwd, folder, one)));
  if (name === undefined) {
    return undefined;
  }
  const file = join(folder, name);
  const fields = objectOr(parsed(file, io));
  const below = (path: string): string => resolve(io.cwd, folder, path);
  return {
    file,
    resources: [...texts(fields['resources']), ...texts(fields['bases'])],
    parts: [
      ...[
        'patches',
        'patchesStrategicMerge',
        'crds',
        'configurations',
        'transformers',
        'generators',
        'validators',
      ].flatMap((field) => texts(fields[field])),
      ...['patches', 'patchesJson6902', 'replacements'].flatMap((field) =>
        listOr(fields[field]).flatMap((one) => texts([objectOr(one)['path']])),
      ),
      ...['configMapGenerator', 'secretGenerator'].flatMap((field) =>
        listOr(fields[field]).flatMap((one) => texts(objectOr(one)['files']).map((entry) => entry.split('=').at(-1)!)),
      ),
      ...listOr(fields['helmCharts']).flatMap((one) => texts([objectOr(one)['valuesFile']])),
    ].map(below),
    changing: CHANGING.filter((field) => fields[field] !== undefined),
    made: GENERATORS.flatMap(([field, kind]) =>
      listOr(fields[field]).flatMap((one) => texts([objectOr(one)['name']]).map((made) => ({ kind, name: made }))),
    ),
  };
}

function parsed(file: string, io: CommandIo): unknown {
  try {
    return load(readFileSync(resolve(io.cwd, file), 'utf8'));
  } catch {
    throw new UsageMistake(`'${file}' cannot be read as a kustomization`);
  }
}

function texts(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((one) => typeof one === 'string') : [];
}
