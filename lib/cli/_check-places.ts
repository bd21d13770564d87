import { EVENT_ID, type Event, SCALAR_STYLE, getScalarValue, parseEvents } from 'js-yaml';
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

/** A value of a document and where it begins. */
interface Node {
  readonly start: number;
  /** Fields of a map: where the key begins, and the value. */
  readonly fields?: Map<string, { readonly start: number; readonly value: Node }>;
  /** Items of a list. */
  readonly items?: Node[];
}

/** Reads a file a second time, with positions, only when something was found in it. */
export function locator(files: SourceFiles): Locate {
  const sources = new Map(files.map(({ path, bytes }) => [path, bytes]));
  const read = new Map<string, (document: number, segments: readonly PathSegment[]) => Place | undefined>();
  return ({ object, segments }) => {
    const { file = '', document, item, line, column } = object.origin;
    if (line !== undefined && column !== undefined) {
      return { line, column };
    }
    const bytes = sources.get(file);
    if (bytes === undefined || document === undefined) {
      return undefined;
    }
    const places = read.get(file) ?? placesOf(new TextDecoder().decode(bytes));
    read.set(file, places);
    return places(document, item === undefined ? segments : ['items', item, ...segments]);
  };
}

/** Finds the innermost part of a path that is written in a text. */
function placesOf(text: string): (document: number, segments: readonly PathSegment[]) => Place | undefined {
  const documents = documentsOf(text);
  const lines = lineStarts(text);
  return (document, segments) => {
    let node = documents[document];
    let start = node?.start;
    for (const segment of segments) {
      const field = node?.fields?.get(String(segment));
      node = field?.value ?? node?.items?.[Number(segment)];
      if (node === undefined) {
        break;
      }
      start = field?.start ?? node.start;
    }
    return start === undefined ? undefined : placeAt(lines, start);
  };
}

/** The trees of all documents; none of a text that cannot be read. */
function documentsOf(text: string): readonly (Node | undefined)[] {
  let events: readonly Event[];
  try {
    events = parseEvents(text, {});
  } catch {
    return [];
  }
  let at = 0;
  const take = (): Node | undefined => {
    const event = events[at++];
    if (event?.type === EVENT_ID.SCALAR) {
      return { start: event.valueStart };
    }
    if (event?.type === EVENT_ID.ALIAS) {
      return { start: event.anchorStart };
    }
    if (event?.type === EVENT_ID.SEQUENCE) {
      return { start: event.start, items: takeItems() };
    }
    return event?.type === EVENT_ID.MAPPING ? { start: event.start, fields: takeFields() } : undefined;
  };
  const takeItems = (): Node[] => {
    const items: Node[] = [];
    for (let item = take(); item !== undefined; item = take()) {
      items.push(item);
    }
    return items;
  };
  const takeFields = (): NonNullable<Node['fields']> => {
    const fields: NonNullable<Node['fields']> = new Map();
    for (let key = events[at], name = take(); name !== undefined; key = events[at], name = take()) {
      const value = take();
      if (key?.type === EVENT_ID.SCALAR && value !== undefined) {
        const quoted = key.style === SCALAR_STYLE.SINGLE_QUOTED || key.style === SCALAR_STYLE.DOUBLE_QUOTED;
        fields.set(getScalarValue(text, key), { start: key.valueStart - (quoted ? 1 : 0), value });
      }
    }
    return fields;
  };
  const documents: (Node | undefined)[] = [];
  while (at < events.length) {
    if (events[at++]?.type === EVENT_ID.DOCUMENT) {
      const end = at;
      documents.push(take());
      // An empty document has nothing between its beginning and its end.
      at = Math.max(at, end);
    }
  }
  return documents;
}

function lineStarts(text: string): readonly number[] {
  const starts = [0];
  for (const { index } of text.matchAll(/\r\n|\n|\r/g)) {
    starts.push(index + (text[index] === '\r' && text[index + 1] === '\n' ? 2 : 1));
  }
  return starts;
}

function placeAt(lines: readonly number[], offset: number): Place {
  let low = 0;
  let high = lines.length - 1;
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if ((lines[middle] as number) <= offset) {
      low = middle;
    } else {
      high = middle - 1;
    }
  }
  return { line: low + 1, column: offset - (lines[low] as number) + 1 };
}
