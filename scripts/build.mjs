// Compiles lib/, imports/ and main.ts into build/. Kept out of dist/, which belongs to synthesis.
import { spawnSync } from 'node:child_process';
import { chmodSync } from 'node:fs';
import { createRequire } from 'node:module';
import { build } from 'esbuild';
import { bundleRunner } from './bundle-runner.mjs';
import { dirname, join } from 'node:path';

const require = createRequire(import.meta.url);
const tsc = join(dirname(require.resolve('typescript/package.json')), 'bin', 'tsc');
// All to standard error: cdk8s-cli throws away what a program that fails wrote to standard output.
const { status } = spawnSync(process.execPath, [tsc, '--project', 'tsconfig.build.json'], { stdio: [0, 2, 2] });
process.exitCode = status ?? 1;

// The program that drills run; synthesis puts it into a ConfigMap.
if (status === 0) {
  await bundleRunner();
}

// A hundred rules in a hundred files, and the CEL engine in its own, take longer to find on the disk than to run.
if (status === 0) {
  await build({
    entryPoints: ['build/lib/policy/registry.js', 'build/lib/policy/cel.js'],
    outdir: 'build/lib/policy',
    allowOverwrite: true,
    bundle: true,
    minifyWhitespace: true,
    platform: 'node',
    target: 'node20',
    format: 'cjs',
    logLevel: 'warning',
  });
}

// npm makes a bin executable when it links one, and npx links this package only once for each folder it ever stood in.
if (status === 0) {
  chmodSync('build/lib/cli/main.js', 0o755);
}
