/** Markup that is safe to put into a page as it is. */
export class Html {
  public constructor(public readonly markup: string) {}
}

type Part = Html | string | number | null | undefined | readonly Part[];

// C0 and C1 controls, and what turns the direction of the text that follows.
// oxlint-disable-next-line no-control-regex -- they are what is looked for
const UNPRINTABLE = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069\ufffe\uffff]/g;
const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Template tag: everything between `${}` is text and is escaped, unless it is `Html` itself. */
export function html(pieces: TemplateStringsArray, ...parts: readonly Part[]): Html {
  return new Html(pieces.reduce((done, piece, i) => done + markupOf(parts[i - 1]) + piece));
}

function markupOf(part: Part): string {
  if (part instanceof Html) {
    return part.markup;
  }
  if (typeof part === 'object' && part !== null) {
    return part.map(markupOf).join('');
  }
  return String(part ?? '')
    .replace(/\p{Surrogate}/gu, '\ufffd')
    .replace(UNPRINTABLE, '\ufffd')
    .replace(/[&<>"']/g, (character) => ENTITIES[character]!);
}
