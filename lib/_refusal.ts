import { inspect } from 'node:util';

/**
 * Something that the author of the program can mend. Where nobody catches it, it is printed as one line and nothing else,
 * and the exit code is 1.
 */
export class Refusal extends Error {
  public constructor(message: string) {
    super(message);
    watchUncaught();
  }
}

let watches = false;
let synthesizes = false;

/** From now on this process is a synthesis: any other error that ends it is shown in full, its message once more at the end. */
export function printMessageLast(): void {
  synthesizes = true;
  watchUncaught();
}

function watchUncaught(): void {
  if (!watches) {
    watches = true;
    process.on('uncaughtExceptionMonitor', takeOver);
  }
}

/**
 * Node prints the stack and its own version below an error's message, so that the one line that matters scrolls away. The
 * monitor only looks: errors of others, and programs that handle uncaught errors themselves, are left to Node.
 */
function takeOver(error: unknown): void {
  if ((error instanceof Refusal || synthesizes) && process.listenerCount('uncaughtException') === 0) {
    process.once('uncaughtException', (uncaught: unknown) => {
      process.exitCode = 1;
      process.stderr.write(lastWords(uncaught), () => process.exit(1));
    });
  }
}

function lastWords(error: unknown): string {
  const message = error instanceof Error ? error.message || error.name : String(error);
  return error instanceof Refusal ? `error: ${message}\n` : `${inspect(error)}\n\nerror: ${message}\n`;
}
