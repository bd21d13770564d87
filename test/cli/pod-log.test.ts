import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, it } from 'vitest';
import { PodLog } from '../../lib/cli/_pod-log';
import { httpTransport } from '../../lib/drill/runner/transport';

const AT = '2026-11-23T04:17:01';
let server: Server | undefined;
afterEach(() => {
  server?.closeAllConnections();
  server?.close();
});

/** A log whose answers a test gives, and what was asked for. */
async function logOf(silenceMs: number, ...answers: ((response: ServerResponse) => void)[]) {
  const asked: string[] = [];
  server = createServer((request, response) => {
    asked.push(request.url ?? '');
    response.writeHead(200);
    answers[asked.length - 1]!(response);
  });
  await new Promise<void>((done) => server!.listen(0, '127.0.0.1', done));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { asked, log: new PodLog(httpTransport({ url }), '/api/v1/namespaces/shop/pods/x', 'drill', silenceMs) };
}

it('takes a connection that says nothing for dead, and reads on with another one', async () => {
  const told: string[] = [];
  const { log } = await logOf(
    200,
    (response) => response.write(`${AT}.1Z one\n`),
    (response) => response.end(`${AT}.1Z one\n${AT}.2Z two\n`),
  );

  await expect(log.follow((line) => told.push(line))).rejects.toThrow('silent for 200 ms');
  await log.follow((line) => told.push(line));
  expect(told).toEqual(['one', 'two']);
});

it('asks for whole seconds, in the time zone of the node, and tells equal lines of different moments', async () => {
  const told: string[] = [];
  const { log, asked } = await logOf(
    2000,
    (response) => response.end(`${AT}.100+02:00 same\n`),
    (response) => response.end(`${AT}.100+02:00 same\n${AT}.200+02:00 same\n`),
  );
  await log.follow((line) => told.push(line));
  await log.follow((line) => told.push(line));

  expect(told).toEqual(['same', 'same']);
  expect(new URL(asked[1]!, 'http://x').searchParams.get('sinceTime')).toBe(`${AT}+02:00`);
});

it('tells the last words of a container that ended in the middle of a line, and only then', async () => {
  const told: string[] = [];
  const half = (response: ServerResponse): void => void response.end(`${AT}.1Z out of mem`);
  const { log } = await logOf(2000, half, half);
  await log.follow((line) => told.push(line));

  expect(told).toEqual([]);
  await log.finish((line) => told.push(line));
  expect(told).toEqual(['out of mem']);
});
