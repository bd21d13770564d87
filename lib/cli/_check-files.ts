import { existsSync, readFileSync, readdirSync, statSync } from 'node:fs';
import { basename, dirname, join, normalize, relative, resolve } from 'node:path';
import { printable } from '../_printable';
import { type Kustomization, isKustomization, kustomizationOf } from './_check-kustomize';
import { type CommandIo, UsageMistake } from './_command';

/** A file that was read. */
export interface SourceFileBytes {
  readonly path: string;
  readonly bytes: Uint8Array;
  /** Whether a person or a kustomization named it, so that it must hold manifests. */
  readonly listed: boolean;
}

/** Files in the order in which they are judged. */
export type SourceFiles = readonly SourceFileBytes[];

const LEFT_OUT = new Set(['.git', 'node_modules']);

/** What arguments stand for, files, folders, standard input, and the kustomizations that were met on the way. */
export async function readAll(
  names: readonly string[],
  io: CommandIo,
): Promise<{ readonly files: SourceFiles; readonly kustomizations: readonly Kustomization[] }> {
  const all: SourceFileBytes[] = [];
  const kustomizations: Kustomization[] = [];
  for (const name of names) {
    all.push(...(name === '-' ? [await readStdin(io)] : filesOf(name, io, kustomizations)));
  }
  return { files: [...new Map(all.map((file) => [file.path, file])).values()], kustomizations };
}

/** The files of one argument. */
export function filesOf(name: string, io: CommandIo, met: Kustomization[] = []): SourceFiles {
  const path = resolve(io.cwd, name);
  if (!existsSync(path)) {
    throw new UsageMistake(`there is no '${name}'`);
  }
  if (!statSync(path).isDirectory()) {
    return isKustomization(basename(path)) ? filesOf(dirname(name), io, met) : [read(name, io, true)];
  }
  const kustomization = kustomizationOf(name, io);
  if (kustomization !== undefined) {
    return kustomized(name, kustomization, io, met, new Set());
  }
  const files = below(name, io, met);
  if (files.length === 0) {
    throw new UsageMistake(`there is no YAML or JSON in '${name}'`);
  }
  return files;
}

function read(name: string, io: CommandIo, listed: boolean): SourceFileBytes {
  return { path: normalize(name), bytes: readFileSync(resolve(io.cwd, name)), listed };
}

async function readStdin(io: CommandIo): Promise<SourceFileBytes> {
  const chunks: Buffer[] = [];
  for await (const chunk of io.stdin) {
    chunks.push(Buffer.from(chunk));
  }
  return { path: 'stdin', bytes: Buffer.concat(chunks), listed: true };
}

/** Every YAML and JSON file in a tree, but the patches and other parts of kustomizations: those are no objects. */
function below(name: string, io: CommandIo, met: Kustomization[]): SourceFiles {
  const root = resolve(io.cwd, name);
  const here: Kustomization[] = [];
  const visit = (folder: string): string[] => {
    const entries = readdirSync(folder, { withFileTypes: true }).toSorted((a, b) => (a.name < b.name ? -1 : 1));
    const own = kustomizationOf(folder, io);
    if (own !== undefined) {
      here.push(own);
    }
    return entries.flatMap((entry) => {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) {
        return LEFT_OUT.has(entry.name) ? [] : visit(path);
      }
      return entry.isFile() && /\.(ya?ml|json)$/.test(entry.name) ? [path] : [];
    });
  };
  const found = visit(root);
  met.push(...here);
  const parts = new Set(here.flatMap((one) => one.parts));
  const changing = new Set(here.flatMap((one) => one.changing));
  if (changing.size > 0) {
    io.stderr(
      `note: ${[...changing].join(', ')} of the kustomizations below ${printable(name)} not applied; to check what one makes, pipe 'kubectl kustomize' into 'phoenix check -'\n`,
    );
  }
  return found.filter((path) => !parts.has(path)).map((path) => read(join(name, relative(root, path)), io, false));
}

/** The files that a kustomization lists, and those that they list. Patches and generators are not applied. */
function kustomized(
  folder: string,
  kustomization: Kustomization,
  io: CommandIo,
  met: Kustomization[],
  seen: Set<string>,
): SourceFiles {
  const { file, resources, changing } = kustomization;
  const root = resolve(io.cwd, folder);
  if (seen.has(root)) {
    return [];
  }
  seen.add(root);
  met.push(kustomization);
  if (changing.length > 0) {
    io.stderr(
      `note: ${changing.join(', ')} of ${printable(file)} not applied; to check the result, pipe 'kubectl kustomize' into 'phoenix check -'\n`,
    );
  }
  return resources.flatMap((entry) => {
    const name = join(folder, entry);
    const path = resolve(io.cwd, name);
    if (/^\w+:\/\/|^git@/.test(entry)) {
      throw new UsageMistake(
        `'${file}' lists '${entry}', which is not here; check what 'kubectl kustomize ${folder}' makes instead`,
      );
    }
    if (!existsSync(path)) {
      throw new UsageMistake(`'${file}' lists '${entry}', which does not exist`);
    }
    if (!statSync(path).isDirectory()) {
      return [read(name, io, true)];
    }
    const inner = kustomizationOf(name, io);
    if (inner === undefined) {
      throw new UsageMistake(`'${file}' lists the folder '${entry}', which has no kustomization.yaml`);
    }
    return kustomized(name, inner, io, met, seen);
  });
}
