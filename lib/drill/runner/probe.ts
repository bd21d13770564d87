import type { ProbeConfig } from './config';

/** Asks one path once. Returns what is wrong with the answer, or undefined. */
export async function probeOnce(config: ProbeConfig, signal: AbortSignal): Promise<string | undefined> {
  try {
    const response = await fetch(config.url, {
      signal: AbortSignal.any([signal, AbortSignal.timeout(config.timeoutMs)]),
      redirect: 'manual',
      headers: { 'user-agent': 'phoenix-drill' },
    });
    const body = await response.text();
    return judgeAnswer(config, response.status, body);
  } catch (error) {
    const cause = (error as { cause?: { code?: string } }).cause?.code;
    return `no answer: ${cause ?? (error as Error).message}`;
  }
}

/** What is wrong with an answer, or undefined. A page that answers 200 with an error in it is wrong. */
export function judgeAnswer(config: ProbeConfig, status: number, body: string): string | undefined {
  if (status !== 200) {
    return `status ${status}`;
  }
  if (config.bodyMatches !== undefined) {
    return new RegExp(config.bodyMatches).test(body)
      ? undefined
      : `status 200, but the body does not match /${config.bodyMatches}/: ${body.slice(0, 120)}`;
  }
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch {
    return undefined;
  }
  for (const key of ['error', 'errors']) {
    const found = typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[key] : undefined;
    const empty =
      found === undefined || found === null || found === false || (Array.isArray(found) && found.length === 0);
    if (!empty) {
      return `status 200, but the body holds an error: ${body.slice(0, 120)}`;
    }
  }
  return undefined;
}
