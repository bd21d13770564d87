import { loadAll } from 'js-yaml';
import { validateManifest } from '../../policy/schema/validate';
import { UNKNOWN } from './_shell';
import type { CommandWorld } from './world';

/** Stands for what an expansion makes of a value; valid wherever the schemas want a name or base64, too. */
const SOME = 'unknown1';

interface Secretlike {
  readonly kind?: string;
  readonly type?: string;
  readonly metadata?: { readonly name?: string; readonly namespace?: string; readonly labels?: Record<string, string> };
  readonly data?: Record<string, unknown>;
}

/** What is wrong with manifests in a command: each against the strict schemas, each Secret against its contract. */
export function manifestProblems(text: string, world: CommandWorld): string[] {
  let documents: unknown[];
  try {
    documents = loadAll(text.replaceAll(UNKNOWN, SOME));
  } catch (error) {
    return [`the manifest is no YAML: ${(error as Error).message.split('\n')[0] ?? ''}`];
  }
  return documents.flatMap((document) => [
    ...validateManifest(named(document), { wildcard: SOME })
      .filter(({ got }) => got !== SOME)
      .map(({ path, message }) => `${path === '' ? 'the manifest' : path}: ${message}`),
    ...secretProblems(document as Secretlike, world),
  ]);
}

/** `kubectl create` takes an object that the server names. */
function named(document: unknown): unknown {
  const { metadata } = (document ?? {}) as { metadata?: { generateName?: string; name?: string } };
  return metadata?.generateName === undefined || metadata.name !== undefined
    ? document
    : { ...(document as object), metadata: { ...metadata, name: 'generated' } };
}

function secretProblems({ kind, type, metadata, data }: Secretlike, world: CommandWorld): string[] {
  if (kind !== 'Secret') {
    return [];
  }
  const contract = world.secrets.get(`${metadata?.namespace ?? ''}/${metadata?.name ?? ''}`);
  if (contract === undefined) {
    return [`nothing needs a Secret '${metadata?.name ?? ''}' in namespace '${metadata?.namespace ?? ''}'`];
  }
  const pairs = (labels: object) => Object.entries(labels).map(([key, value]) => `${key}=${String(value)}`);
  const same = (a: readonly string[], b: readonly string[]) => a.length === b.length && a.every((x) => b.includes(x));
  return [
    ...(type === contract.type ? [] : [`the Secret must be of type '${contract.type}', not '${type ?? ''}'`]),
    ...(same(pairs(metadata?.labels ?? {}), pairs(contract.labels))
      ? []
      : [`the Secret's labels must be ${JSON.stringify(contract.labels)}`]),
    ...(same(
      Object.keys(data ?? {}),
      contract.keys.map(({ key }) => key),
    )
      ? []
      : [`the Secret's keys must be ${contract.keys.map(({ key }) => key).join(', ')}`]),
  ];
}
