/** Files and folders, found by path; `*` stands for any part of a name. Wildcards look only where they stand. */
export class Paths {
  private readonly root: Folder = new Map();

  public constructor(files: readonly string[]) {
    for (const file of files) {
      const names = file.split('/');
      const last = names.pop() as string;
      let at = this.root;
      for (const name of names) {
        let below = at.get(name);
        if (below === undefined || below === FILE) {
          at.set(name, (below = new Map()));
        }
        at = below;
      }
      if (!at.has(last)) {
        at.set(last, FILE);
      }
    }
  }

  public has(path: string): boolean {
    return isBelow(this.root, path.split('/'), 0);
  }
}

/** What is in a folder; a file has nothing. */
interface Folder extends Map<string, Folder> {}

/** One for all files: there are many. */
const FILE: Folder = new Map();

function isBelow(folder: Folder, names: readonly string[], depth: number): boolean {
  const name = names[depth];
  if (name === undefined) {
    return true;
  }
  if (!name.includes('*')) {
    const below = folder.get(name);
    return below !== undefined && isBelow(below, names, depth + 1);
  }
  const fits = wildcard(name, '*');
  for (const [candidate, below] of folder) {
    if (fits(candidate) && isBelow(below, names, depth + 1)) {
      return true;
    }
  }
  return false;
}

/** Whether a text is `pattern`, where `gap` stands for anything. */
export function wildcard(pattern: string, gap: string): (text: string) => boolean {
  const escaped = pattern.split(gap).map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  const expression = new RegExp(`^${escaped.join('.*')}$`, 's');
  return (text) => expression.test(text);
}
