import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Evidence } from '../../lib/evidence/evidence';
import { bedConfig, TOO_BUSY, type DrillOptions, type LogLine } from './drill-run';
import type { Bed } from './fake-operator';

/** What a child process left. */
export interface ChildOutcome {
  /** Exit code; null where a signal ended it. */
  readonly code: number | null;
  readonly lines: readonly LogLine[];
  /** Undefined where it was killed before. */
  readonly evidence: Evidence | undefined;
  readonly termination: string;
  readonly stderr: string;
}

/** Bundles the runner as it goes into the ConfigMap. Returns its file. */
export function bundle(folder: string, name = 'runner.cjs'): string {
  const file = join(folder, name);
  execFileSync(process.execPath, ['scripts/bundle-runner.mjs', file], { stdio: 'pipe' });
  return file;
}

/** A run to its end, once more where the machine was too busy for one. */
export async function runToEnd(...parameters: ConstructorParameters<typeof DrillChild>): Promise<ChildOutcome> {
  for (let attempt = 1; ; attempt++) {
    const outcome = await new DrillChild(...parameters).finished;
    if (attempt === 4 || !TOO_BUSY.test(outcome.evidence?.reason ?? '')) {
      return outcome;
    }
  }
}

/** A run that has come to this phase, once more where the machine was too busy for it. */
export async function runToPhase(
  phase: string,
  ...parameters: ConstructorParameters<typeof DrillChild>
): Promise<DrillChild> {
  for (let attempt = 1; ; attempt++) {
    const child = new DrillChild(...parameters);
    await child.says('phase', phase);
    const evidence = child.lines.findLast((line) => line.evidence !== undefined)?.evidence;
    if (attempt === 4 || !TOO_BUSY.test(evidence?.reason ?? '')) {
      return child;
    }
  }
}

/** The bundled runner as a process of its own, as in a pod. */
export class DrillChild {
  public readonly process: ChildProcess;
  public readonly lines: LogLine[] = [];
  public readonly finished: Promise<ChildOutcome>;
  private readonly waiting: (() => void)[] = [];

  public constructor(
    runner: string,
    bed: Bed,
    options: Pick<DrillOptions, 'config' | 'failover'> = {},
    subcommand = 'failover',
  ) {
    const id = Math.random().toString(36).slice(2, 8);
    const configFile = join(bed.database.folder, `config-${id}.json`);
    const terminationFile = join(bed.database.folder, `termination-${id}`);
    writeFileSync(configFile, JSON.stringify(bedConfig(bed, options)));
    writeFileSync(terminationFile, '');
    this.process = spawn(process.execPath, [runner, subcommand, configFile], {
      env: { ...process.env, POD_NAME: `drill-${id}`, TERMINATION_MESSAGE_PATH: terminationFile },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let stderr = '';
    let rest = '';
    this.process.stderr!.on('data', (data: Buffer) => (stderr += data.toString()));
    this.process.stdout!.setEncoding('utf8').on('data', (data: string) => {
      const parts = (rest + data).split('\n');
      rest = parts.pop()!;
      this.lines.push(...parts.map((line) => JSON.parse(line) as LogLine));
      this.waiting.forEach((look) => look());
    });
    this.finished = new Promise((done) => {
      this.process.once('close', (code) => {
        const evidence = this.lines.findLast((line) => line.evidence !== undefined)?.evidence;
        done({ code, lines: this.lines, evidence, termination: readFileSync(terminationFile, 'utf8'), stderr });
        this.waiting.forEach((look) => look());
      });
    });
  }

  /** Returns when a line of this event says this, or the process has ended. */
  public async says(event: string, text = ''): Promise<void> {
    const said = () => this.lines.some((line) => line.event === event && line.message.includes(text));
    await new Promise<void>((done) => {
      const look = () => (said() || this.process.exitCode !== null) && done();
      this.waiting.push(look);
      look();
    });
  }
}
