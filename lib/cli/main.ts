#!/usr/bin/env node
import { commands } from './registry';
import { runCli } from './_run';
import type { CommandIo } from './_command';

const io: CommandIo = {
  stdout: (text) => process.stdout.write(text),
  stderr: (text) => process.stderr.write(text),
  stdin: process.stdin,
  env: process.env,
  cwd: process.cwd(),
  // At most what an eye follows.
  columns: process.stdout.isTTY ? Math.min(process.stdout.columns, 120) : undefined,
  color: process.stdout.isTTY && (process.env.NO_COLOR ?? '') === '',
};

// `phoenix ... | head` closes the pipe early; that is no error of ours.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') {
    throw error;
  }
});

// The package's own name, so that the path is the same from lib/ and from build/lib/.
const { version } = require('cdk8s-phoenix/package.json') as { version: string };

void runCli(process.argv.slice(2), io, commands, version).then((code) => {
  process.exitCode = code;
});
