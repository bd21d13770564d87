// Compiles into build/, kept out of dist/, which belongs to synthesis: the types of lib/ and imports/ file by file, and
// the code as few files. Finding five hundred modules on the disk takes longer than running them.
import { spawnSync } from 'node:child_process';
import { chmodSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { build } from 'esbuild';
import { bundleRunner } from './bundle-runner.mjs';

const require = createRequire(import.meta.url);
// What an older build left would be packed.
rmSync('build', { recursive: true, force: true });
const tsc = join(dirname(require.resolve('typescript/package.json')), 'bin', 'tsc');
// All to standard error: cdk8s-cli throws away what a program that fails wrote to standard output.
const { status } = spawnSync(process.execPath, [tsc, '--project', 'tsconfig.build.json'], { stdio: [0, 2, 2] });
process.exitCode = status ?? 1;

// Dependencies stay outside; the CEL engine is loaded only where a rule does not hold.
const { dependencies, peerDependencies } = require('../package.json');
const external = Object.keys({ ...dependencies, ...peerDependencies }).flatMap((name) => [name, `${name}/*`]);
const common = {
  outdir: 'build',
  bundle: true,
  platform: 'node',
  target: 'node20',
  format: 'cjs',
  logLevel: 'warning',
};

if (status === 0) {
  // What the package carries.
  await build({
    ...common,
    entryPoints: { 'lib/index': 'lib/index.ts', 'lib/cli/main': 'lib/cli/main.ts' },
    external: [...external, 'cdk8s-phoenix/*'],
  });
  // What only this repository runs: State Hub, and what scripts/ and bench/ take out of the library.
  await build({ ...common, entryPoints: { main: 'main.ts' }, external: ['./lib', ...external] });
  await build({
    ...common,
    entryPoints: { 'inside/policy': 'lib/policy/check.ts', 'inside/rest': 'scripts/_inside.ts' },
    external,
  });
  // The program that drills run; synthesis puts it into a ConfigMap.
  await bundleRunner();
  // npm makes a bin executable when it links one, and npx links this package only once for each folder it ever stood in.
  chmodSync('build/lib/cli/main.js', 0o755);
}
