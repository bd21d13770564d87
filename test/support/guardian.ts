import { spawn, type ChildProcess } from 'node:child_process';

/** Reads process numbers; when its input ends without `done`, its parent has died and what it started goes too. */
const SCRIPT = `
pids=
while read line; do
  if [ "$line" = done ]; then exit; fi
  pids="$pids $line"
done
for pid in $pids; do
  children=$(cat /proc/$pid/task/$pid/children 2>/dev/null)
  kill -9 $pid $children 2>/dev/null
done
rm -rf "$1"
`;

/** Ends servers and removes their folder when the test process is killed and cannot do it. */
export class Guardian {
  private readonly process: ChildProcess;

  public constructor(folder: string) {
    this.process = spawn('sh', ['-c', SCRIPT, 'guardian', folder], {
      stdio: ['pipe', 'ignore', 'ignore'],
      detached: true,
    });
    this.process.unref();
    this.process.stdin!.on('error', () => undefined);
  }

  public watch(pid: number): void {
    this.process.stdin!.write(`${pid}\n`);
  }

  /** The servers are stopped. */
  public dismiss(): void {
    this.process.stdin!.end('done\n');
  }
}
