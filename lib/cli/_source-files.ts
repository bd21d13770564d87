import { readFileSync, readdirSync, statSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import type { SourceFile } from '../gitops/_sops-yaml';
import { type CommandIo, UsageMistake } from './_command';

/** Text beyond this size is not searched: no manifest is larger, etcd takes 1.5 MiB. */
const MOST_MIB = 8;
/** What no person writes and no engine reads. */
const SKIPPED = new Set(['.git', 'node_modules']);

/**
 * Every file below a folder, by path. Binary and very large files are there without their text.
 * @throws if the folder is a file
 */
export function readSourceFiles(io: CommandIo, folder: string): readonly SourceFile[] {
  const root = resolve(io.cwd, folder);
  if (!statSync(root).isDirectory()) {
    throw new UsageMistake(`'${folder}' is a file; name the folder that holds it`);
  }
  return filesBelow(root)
    .map((file) => join(folder, relative(root, file)))
    .toSorted()
    .map((path) => readSourceFile(path, resolve(io.cwd, path)));
}

function filesBelow(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) {
      return SKIPPED.has(entry.name) ? [] : filesBelow(path);
    }
    const isFile = entry.isFile() || (entry.isSymbolicLink() && statSync(path, { throwIfNoEntry: false })?.isFile());
    return isFile === true ? [path] : [];
  });
}

function readSourceFile(path: string, file: string): SourceFile {
  const { size } = statSync(file);
  if (size > MOST_MIB * 1024 * 1024) {
    return { path, text: '', unread: `${Math.ceil(size / 1024 / 1024)} MiB large` };
  }
  const bytes = readFileSync(file);
  return bytes.includes(0) ? { path, text: '', unread: 'no text' } : { path, text: bytes.toString('utf8') };
}
