/** What a line of help is made for where nobody says how wide the terminal is. */
export const COLUMNS = 100;

/** Breaks a line between words, and indents what follows the first line. Words longer than the width stay whole. */
export function wrapLine(text: string, columns: number, indent = 0): string {
  const width = Math.max(columns, indent + 30);
  const lines: string[] = [];
  let line = '';
  // The spaces that a line begins with, or that columns are apart, belong to the word after them.
  for (const word of text.match(/\s*\S+/g) ?? []) {
    if (line !== '' && line.length + word.length > width) {
      lines.push(line);
      line = ' '.repeat(indent) + word.trimStart();
    } else {
      line += word;
    }
  }
  return [...lines, line].join('\n');
}

/** Fills paragraphs anew. One with indented lines is an example, and stays as it is. */
export function wrapText(text: string, columns: number): string {
  return text
    .trim()
    .split('\n\n')
    .map((paragraph) => (/^ /m.test(paragraph) ? paragraph : wrapLine(paragraph.replaceAll('\n', ' '), columns)))
    .join('\n\n');
}
