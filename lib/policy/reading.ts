import { type YAMLException, loadAll } from 'js-yaml';
import { KUBERNETES_YAML } from './_yaml-schema';
import { unsealed } from './_sealed';
import type { Finding } from './finding';
import { type PolicyInput, isObject } from './resource';

/** Manifests of one file, and what could not be read of it. */
export interface ReadManifests {
  readonly inputs: readonly PolicyInput[];
  readonly findings: readonly Finding[];
  /** Documents that are no Kubernetes objects: values, kustomize's own files. */
  readonly others: number;
}

/** How a file is read. */
export interface ReadOptions {
  /**
   * Whether a document without apiVersion and kind is passed over instead of judged.
   * @default false
   */
  readonly lenient?: boolean;
}

/** For a template: `{{ .Values.name }}` is no YAML. */
const RENDER =
  "it has {{ }}, as templates do: render it first, and check what comes out ('helm template ... | phoenix check -')";

/** A tree of more nodes, with all aliases followed, is an attack or a mistake. */
const MAX_NODES = 2_000_000;
const MAX_DEPTH = 200;
const MAX_BYTES = 64 * 1024 * 1024;

/**
 * Reads YAML or JSON with any number of documents. Never throws: what cannot be read is a finding with its place, and
 * the other documents of the file are lost with it, because nobody knows where they begin.
 *
 * Lists are taken apart. Files encrypted by sops lose their `sops` block, and their values are not judged.
 */
export function readManifests(bytes: Uint8Array | string, file: string, options: ReadOptions = {}): ReadManifests {
  const text = decode(bytes);
  if ('problem' in text) {
    return unreadable(file, text.problem, { mark: text.mark });
  }
  let documents: unknown[];
  try {
    documents = loadAll(text.text, { schema: KUBERNETES_YAML });
  } catch (error) {
    const { reason, mark } = error as YAMLException;
    const template = text.text.includes('{{');
    return unreadable(file, reason ?? (error as Error).message, { mark, ...(template ? { fix: RENDER } : {}) });
  }
  const inputs: PolicyInput[] = [];
  const findings: Finding[] = [];
  let others = 0;
  documents.forEach((document, i) => {
    const problem = tooLarge(document);
    if (problem !== undefined) {
      findings.push(...unreadable(file, problem, { document: i }).findings);
      return;
    }
    const items = unlisted(document);
    for (const [item, manifest] of (items ?? [document]).entries()) {
      if (manifest === null || manifest === undefined || isKustomizeFile(manifest, file)) {
        others += manifest === null || manifest === undefined ? 0 : 1;
      } else if (options.lenient === true && !looksLikeManifest(manifest)) {
        others += 1;
      } else {
        const origin = { file, document: i, ...(items === undefined ? {} : { item }) };
        inputs.push({ ...unsealed(manifest), origin });
      }
    }
  });
  return { inputs, findings, others };
}

/** Where reading stopped, both from 0. */
interface Mark {
  readonly line: number;
  readonly column: number;
}

function decode(
  bytes: Uint8Array | string,
): { readonly text: string } | { readonly problem: string; readonly mark?: Mark } {
  if (bytes.length > MAX_BYTES) {
    return { problem: `it is larger than ${MAX_BYTES / 1024 / 1024} MiB` };
  }
  if (typeof bytes === 'string') {
    return { text: bytes.replace(/^\uFEFF/, '') };
  }
  try {
    return { text: new TextDecoder('utf-8', { fatal: true }).decode(bytes) };
  } catch {
    const before = new TextDecoder().decode(bytes).split('\uFFFD', 1)[0] as string;
    const lines = before.split(/\r\n|\n|\r/);
    return { problem: 'it is not UTF-8', mark: { line: lines.length - 1, column: (lines.at(-1) as string).length } };
  }
}

function unreadable(
  file: string,
  problem: string,
  {
    mark,
    document,
    fix = 'correct the file; nothing in it was checked',
  }: { readonly mark?: Mark | undefined; readonly document?: number; readonly fix?: string },
): ReadManifests {
  const place = mark === undefined ? {} : { line: mark.line + 1, column: mark.column + 1 };
  const shown = mark === undefined ? '' : ` (line ${mark.line + 1}, column ${mark.column + 1})`;
  const finding: Finding = {
    rule: 'unreadable',
    severity: 'error',
    object: {
      apiVersion: '',
      kind: 'file',
      name: file,
      origin: { file, ...(document === undefined ? {} : { document }), ...place },
    },
    path: '',
    segments: [],
    message: `cannot be read: ${problem}${shown}`,
    fix,
  };
  return { inputs: [], findings: [finding], others: 0 };
}

/** Follows aliases as a walker would, and stops early. */
function tooLarge(document: unknown): string | undefined {
  let nodes = 0;
  const walk = (value: unknown, depth: number): boolean => {
    nodes += 1;
    if (nodes > MAX_NODES || depth > MAX_DEPTH) {
      return true;
    }
    return typeof value === 'object' && value !== null && Object.values(value).some((below) => walk(below, depth + 1));
  };
  return walk(document, 0)
    ? nodes > MAX_NODES
      ? `with its aliases followed it has more than ${MAX_NODES} values`
      : `it is nested more than ${MAX_DEPTH} levels deep`
    : undefined;
}

/** The items of a List. */
function unlisted(document: unknown): readonly unknown[] | undefined {
  return isObject(document) && document['kind'] === 'List' && Array.isArray(document['items'])
    ? (document['items'] as unknown[])
    : undefined;
}

function looksLikeManifest(value: unknown): boolean {
  return isObject(value) && (typeof value['apiVersion'] === 'string' || typeof value['kind'] === 'string');
}

function isKustomizeFile(value: unknown, file: string): boolean {
  return (
    /(^|[/\\])(kustomization\.ya?ml|Kustomization)$/.test(file) ||
    (isObject(value) && String(value['apiVersion']).startsWith('kustomize.config.k8s.io/'))
  );
}
