import { basename, isAbsolute, normalize, resolve } from 'node:path';
import { refuse } from '../_refuse';
import type { Delivery, RenderedUnit } from './rendered';

/**
 * The deploy folder as path segments below the repository's root, `''` for the root itself.
 *
 * @throws if the path is absolute, leaves the repository, or points at the output folder instead of its parent
 */
export function deployFolder(where: string, path: string, output: string): string {
  const folder = relative(where, 'path', path);
  if (!/^[a-zA-Z0-9][-._a-zA-Z0-9]*$/.test(output)) {
    refuse(where, `'output' must be the name of the output folder, such as 'dist', got '${output}'`);
  }
  if (folder.split('/').at(-1) === output) {
    refuse(
      where,
      `'path' must be the folder that holds '${output}', not '${output}' itself, got '${path}': ` +
        `the tree would be looked for in '${folder}/${output}'`,
    );
  }
  return folder;
}

/** Name of the output folder. */
export function outputName(outdir: string): string {
  return basename(resolve(outdir));
}

/** Refuses an engine that looks for the tree where it is not written, or where another engine does not look. */
export function checkPlaces(engines: readonly Delivery[], outdir: string): void {
  // How an absolute path, or one that leads out of here, lies in the repository is not known.
  const path = tidy(normalize(outdir));
  const written = isAbsolute(outdir) || path.startsWith('..') || path === '' ? outputName(outdir) : path;
  const [first] = engines;
  for (const engine of engines) {
    const place = join(engine.folder, engine.output);
    const expected = join(first?.folder ?? '', first?.output ?? '');
    if (place !== expected) {
      refuse(
        engine.engine,
        `'path' and 'output' say that the tree lies in '${place}', but ${first?.engine} looks for it in ` +
          `'${expected}', and there is one tree; give both the same`,
      );
    }
    if (!`/${place}`.endsWith(`/${written}`)) {
      refuse(
        engine.engine,
        `'path' and 'output' say that the tree lies in '${place}', but the app writes it to '${outdir}'; ` +
          `make 'output' the name of the folder that is written, and 'path' the folder that holds it`,
      );
    }
  }
}

/** Joins folder names and leaves out empty ones. */
export function join(...parts: readonly string[]): string {
  return parts.filter((part) => part !== '').join('/');
}

/** A relative path without `./`, doubled and trailing slashes. */
export function tidy(path: string): string {
  return path
    .split('/')
    .filter((segment) => segment !== '' && segment !== '.')
    .join('/');
}

/** Refuses hand-owned folders that leave the deploy folder, that synthesis would wipe, or that two units share. */
export function checkFolders(units: readonly RenderedUnit[], output: string): void {
  const owners = new Map<string, string>();
  for (const unit of units) {
    if (unit.folder === undefined) {
      continue;
    }
    const where = `unit '${unit.name}'`;
    const folder = relative(where, 'folder', unit.folder);
    if (folder === '' || folder.split('/')[0] === output) {
      refuse(where, `'folder' must lie beside '${output}', which every synthesis wipes, got '${unit.folder}'`);
    }
    if (unit.objects.length > 0) {
      refuse(where, `a unit with a 'folder' holds no objects of its own, got ${unit.objects.length}`);
    }
    const owner = owners.get(folder);
    if (owner !== undefined) {
      refuse(
        where,
        `its folder '${unit.folder}' already belongs to unit '${owner}', and two owners of one object undo each ` +
          `other's work; give each its own, such as '${folder}/${unit.group}'`,
      );
    }
    owners.set(folder, unit.name);
  }
}

function relative(where: string, property: string, path: string): string {
  if (path.startsWith('/') || path.includes('\\') || /^[a-zA-Z]:/.test(path)) {
    refuse(where, `'${property}' must be relative to the repository and use slashes, got '${path}'`);
  }
  const segments = path.split('/').filter((segment) => segment !== '' && segment !== '.');
  if (segments.includes('..')) {
    refuse(where, `'${property}' must stay inside the repository, got '${path}'`);
  }
  const odd = segments.find((segment) => !/^[-._a-zA-Z0-9]+$/.test(segment));
  if (odd !== undefined) {
    refuse(where, `'${property}' must use letters, digits, dots, dashes and underscores, got '${path}'`);
  }
  return segments.join('/');
}
