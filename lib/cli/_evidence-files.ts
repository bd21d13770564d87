import { existsSync, mkdirSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { readHistory, type History } from '../evidence/history';
import { type CommandIo, UsageMistake } from './_command';

/** Reads evidence from files, and from the `*.json` of folders. The same bytes twice count once. */
export function readEvidenceFiles(io: CommandIo, paths: readonly string[]): History {
  const texts = paths
    .flatMap((path) => filesOf(io, path))
    .map((source) => ({ source, text: readFileSync(resolve(io.cwd, source), 'utf8') }));
  return readHistory(texts.filter(({ text }, i) => texts.findIndex((other) => other.text === text) === i));
}

/** Keeps a document as the very bytes that the cluster has. Evidence does not change: what is there stays. */
export function keepEvidence(io: CommandIo, folder: string, name: string, text: string): 'added' | 'same' | 'differs' {
  const path = resolve(io.cwd, folder);
  const file = join(path, name);
  if (existsSync(file)) {
    return readFileSync(file, 'utf8') === text ? 'same' : 'differs';
  }
  mkdirSync(path, { recursive: true });
  writeFileSync(file, text, { flag: 'wx' });
  return 'added';
}

/**
 * The moment to judge at: `--now`, or the clock.
 * @throws UsageMistake if the text is no time
 */
export function judgedAt(text: string | undefined): Date {
  const now = text === undefined ? new Date() : new Date(text);
  if (Number.isNaN(now.getTime())) {
    throw new UsageMistake(`--now must be a time such as 2026-11-23T03:10:00Z, got '${text}'`);
  }
  return now;
}

function filesOf(io: CommandIo, path: string): readonly string[] {
  if (!statSync(resolve(io.cwd, path)).isDirectory()) {
    return [path];
  }
  const files = readdirSync(resolve(io.cwd, path)).filter((name) => name.endsWith('.json'));
  if (files.length === 0) {
    throw new UsageMistake(`'${path}' holds no .json file; fetch evidence with 'phoenix evidence pull'`);
  }
  return files.toSorted().map((name) => join(path, name));
}
