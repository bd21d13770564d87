/** Writes one JSON object a line. */
export type Log = (event: string, message: string, fields?: Readonly<Record<string, unknown>>) => void;

/** A log that a person can follow with `kubectl logs -f` and a machine can read: the message is a sentence. */
export function jsonLog(write: (line: string) => void, wall: () => Date): Log {
  return (event, message, fields = {}) => {
    write(`${JSON.stringify({ time: wall().toISOString(), event, message, ...fields })}\n`);
  };
}
