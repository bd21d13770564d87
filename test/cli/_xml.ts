/** Whether tags are balanced and no character stands where XML forbids it. Enough for what we write, not a parser. */
export function isWellFormed(xml: string): boolean {
  const body = xml.replace(/^<\?xml[^>]*\?>/, '');
  const open: string[] = [];
  for (const [, close, name, attributes = '', self] of body.matchAll(
    /<(\/?)([\w:-]+)((?:\s+[\w:-]+="[^"<]*")*)\s*(\/?)>/g,
  )) {
    if (/&(?!(amp|lt|gt|quot|apos|#\d+);)/.test(attributes)) {
      return false;
    }
    if (close === '/' && open.pop() !== name) {
      return false;
    }
    if (close === '' && self === '') {
      open.push(name as string);
    }
  }
  const text = body.replace(/<(\/?)([\w:-]+)((?:\s+[\w:-]+="[^"<]*")*)\s*(\/?)>/g, '');
  const forbidden = Array.from(xml).some((character) => character < ' ' && !'\t\n\r'.includes(character));
  return open.length === 0 && !forbidden && !/[<>]|&(?!(amp|lt|gt|quot|apos|#\d+);)/.test(text);
}

/** All elements of a name, as text. */
export function elements(xml: string, name: string): readonly string[] {
  return [...xml.matchAll(new RegExp(`<${name}[ >]`, 'g'))].map(([text]) => text);
}
