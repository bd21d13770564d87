import { type Document, LineCounter, type ParsedNode, isCollection, isPair, isScalar, parseAllDocuments } from 'yaml';
import type { Finding } from '../policy/finding';
import type { PathSegment } from '../policy/_path';
import type { SourceFiles } from './_check-files';

/** Line and column, both from 1. */
export interface Place {
  readonly line: number;
  readonly column: number;
}

/** Where a finding is in its file; `undefined` where nobody knows. */
export type Locate = (finding: Finding) => Place | undefined;

/** Reads a file a second time, with positions, only when something was found in it. */
export function locator(files: SourceFiles): Locate {
  const parsed = new Map<string, { readonly documents: readonly Document[]; readonly lines: LineCounter }>();
  return ({ object, segments }) => {
    const { file, document, line, column } = object.origin;
    if (line !== undefined && column !== undefined) {
      return { line, column };
    }
    const source = files.find(({ path }) => path === file);
    if (source === undefined || file === undefined || document === undefined) {
      return undefined;
    }
    if (!parsed.has(file)) {
      const lines = new LineCounter();
      const text = new TextDecoder().decode(source.bytes);
      parsed.set(file, {
        documents: parseAllDocuments(text, { lineCounter: lines, logLevel: 'silent' }),
        lines,
      });
    }
    const { documents, lines } = parsed.get(file) as { documents: readonly Document[]; lines: LineCounter };
    const offset = offsetOf(documents[document]?.contents as ParsedNode | null | undefined, segments);
    if (offset === undefined) {
      return undefined;
    }
    const place = lines.linePos(offset);
    return { line: place.line, column: place.col };
  };
}

/** The start of the innermost part of the path that is there. */
function offsetOf(root: ParsedNode | null | undefined, segments: readonly PathSegment[]): number | undefined {
  let node: unknown = root;
  let offset = root?.range[0];
  for (const segment of segments) {
    if (!isCollection(node)) {
      break;
    }
    const item: unknown = node.items.find((one, i) =>
      isPair(one) ? isScalar(one.key) && String(one.key.value) === String(segment) : i === segment,
    );
    if (item === undefined) {
      break;
    }
    const start = isPair(item) ? (item.key as ParsedNode) : (item as ParsedNode);
    offset = start.range[0];
    node = isPair(item) ? item.value : item;
  }
  return offset;
}
