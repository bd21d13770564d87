/**
 * Node prints the stack and its own version after an error's message, so that the one line that matters scrolls away.
 * This prints the stack first and the message last. A program that handles uncaught errors itself is left alone.
 */
export function failWithMessageLast(): void {
  if (process.listenerCount('uncaughtException') > 0) {
    return;
  }
  process.once('uncaughtException', (error: unknown) => {
    const { message, stack } = error instanceof Error ? error : { message: String(error), stack: undefined };
    const frames = (stack ?? '').split('\n').filter((line) => /^\s+at /.test(line) && !line.includes('node:internal'));
    process.stderr.write(`${frames.slice(0, 5).join('\n')}\n\nerror: ${message}\n`);
    process.exitCode = 1;
  });
}
