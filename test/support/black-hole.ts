import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

const LISTEN = `require('net').createServer().listen(
  { host: process.argv[1], port: Number(process.argv[2]), backlog: 1 }, () => process.stdout.write('listening'))`;

/**
 * An address where packets are dropped: a process that listens and then stands still, its queue full, so that the kernel
 * answers no further attempt to connect.
 */
export class BlackHole {
  public static async open(host: string, port: number): Promise<BlackHole> {
    for (let attempt = 1; ; attempt++) {
      const child = spawn(process.execPath, ['-e', LISTEN, host, String(port)], {
        stdio: ['ignore', 'pipe', 'ignore'],
      });
      const [word] = (await Promise.race([once(child.stdout, 'data'), once(child, 'exit')])) as [unknown];
      if (String(word) === 'listening') {
        child.kill('SIGSTOP');
        const hole = new BlackHole(child);
        await hole.fill(host, port);
        return hole;
      }
      if (attempt === 5) {
        throw new Error(`nothing could listen on ${host}:${port}`);
      }
    }
  }

  private readonly queue: Socket[] = [];

  private constructor(private readonly child: ChildProcess) {}

  public async close(): Promise<void> {
    const gone = once(this.child, 'exit');
    this.child.kill('SIGKILL');
    this.queue.forEach((socket) => socket.destroy());
    await gone;
  }

  /** Until the first attempt that nobody answers. */
  private async fill(host: string, port: number): Promise<void> {
    for (let answered = true; answered;) {
      const socket = connect({ host, port });
      socket.on('error', () => undefined);
      this.queue.push(socket);
      answered = await new Promise<boolean>((done) => {
        socket.once('connect', () => done(true));
        setTimeout(() => done(false), 100);
      });
    }
  }
}
