import { expect, test } from 'vitest';
import { judgeAnswer, modelOf } from '../../../lib/drill/runner/answer';

const PROBE = { name: 'p', url: 'http://x', intervalMs: 1, timeoutMs: 1, health: false };
const judge = (body: string, before?: string, health = false) =>
  judgeAnswer({ ...PROBE, health }, 200, body, before === undefined ? undefined : modelOf(before));

test('another status than 200 is wrong, whatever the body says', () => {
  expect(judgeAnswer(PROBE, 503, '{"status":"ok"}')).toBe('status 503');
  expect(judgeAnswer(PROBE, 204, '')).toBe('status 204');
});

test.each([
  ['{"status":"ok","errors":[],"error":null}'],
  ['{"status":"pass","checks":{"database":{"status":"up"}}}'],
  ['{"episodes":50,"failed":3,"last":{"status":"failed"}}'],
  ['[{"status":"failed"}]'],
  ['OK'],
  ['<html><title>State Hub</title><h1>Failures</h1></html>'],
])('an answer that is fine by itself: %s', (body) => {
  expect(judge(body)).toBeUndefined();
});

test.each([
  ['{"error":"boom"}', `holds an error in 'error'`],
  ['{"episodes":0,"errors":[{"message":"x"}]}', `holds an error in 'errors'`],
  ['{"status":"error"}', `'status' is not good`],
  ['{"status":"DOWN","details":{}}', `'status' is not good`],
  ['{"status":503}', `'status' is not good`],
  ['{"ok":false}', `'ok' is not good`],
  ['{"healthy":false}', `'healthy' is not good`],
  ['{"detail":"database unavailable"}', 'describes a problem'],
  ['{"type":"about:blank","title":"Internal Server Error","status":500,"detail":"x"}', 'describes a problem'],
  ['<!doctype html><title>500 Internal Server Error</title><p>sorry</p>', 'is an error page'],
  ['<html><body><h1>502 Bad Gateway</h1></body></html>', 'is an error page'],
  ['database unavailable', 'is an error page'],
  ['"connection failed"', 'is an error'],
  ['', 'the body is empty'],
  ['  \n', 'the body is empty'],
])('an answer that is wrong by itself: %s', (body, problem) => {
  expect(judge(body)).toMatch(/^status 200, but /);
  expect(judge(body)).toContain(problem);
});

const SUMMARY = '{"episodes":50,"latest":{"id":7},"tags":["a"],"health":{"status":"ok","lag":3},"job":null}';

test.each([
  ['other numbers', SUMMARY.replace('50', '51').replace('"lag":3', '"lag":900')],
  ['a key more', SUMMARY.replace('{', '{"new":1,')],
  ['what was empty', SUMMARY.replace('"job":null', '"job":{"id":1}')],
  ['an empty list', SUMMARY.replace('["a"]', '[]')],
])('beside the answer from before the drill, %s makes no difference', (_, body) => {
  expect(judge(body, SUMMARY)).toBeUndefined();
});

test.each([
  ['a missing key', '{"episodes":50}', `'latest' was object before the drill and is missing`],
  ['another type', SUMMARY.replace('50', '"many"'), `'episodes' was number before the drill and is string`],
  ['nothing where something was', SUMMARY.replace('50', 'null'), `'episodes' was number before the drill and is null`],
  ['another kind of value', '[]', 'the body was object and is a list'],
  ['a page', '<title>Welcome</title>', 'the body is not what it was before the drill'],
])('beside the answer from before the drill, %s is wrong', (_, body, problem) => {
  expect(judge(body)).toBeUndefined();
  expect(judge(body, SUMMARY)).toContain(problem);
});

test('a state below the top is that of the service where the path claims to know it, and data elsewhere', () => {
  const other = SUMMARY.replace('"ok"', '"stale"');
  expect(judge(other, SUMMARY, true)).toContain(`'health.status' was "ok" before the drill`);
  expect(judge(other, SUMMARY)).toBeUndefined();
  expect(judge('{"state":"idle"}', '{"state":"serving"}')).toContain(`'state' was "serving" before the drill`);
});

test('of a text its title or its first line is compared, without numbers', () => {
  const page = '<html><head><title>State Hub 12</title></head><body>50 episodes</body></html>';
  expect(judge(page.replace('12', '13').replace('50', '7'), page)).toBeUndefined();
  expect(judge('<title>Sign in</title>', page)).toContain('not what it was');
  expect(judge('up 17 s', 'up 3 s')).toBeUndefined();
  expect(judge('starting', 'up 3 s')).toContain('not what it was');
});

test('an expression decides alone', () => {
  const judged = (bodyMatches: string, body: string) =>
    judgeAnswer({ ...PROBE, bodyMatches }, 200, body, modelOf('{"a":1}'));
  expect(judged('"ok"', '{"status":"ok","error":"ignored"}')).toBeUndefined();
  expect(judged('"ok"', '{"status":"no"}')).toBe('status 200, but the body does not match /"ok"/: {"status":"no"}');
  expect(judged('^$', '')).toBeUndefined();
});
