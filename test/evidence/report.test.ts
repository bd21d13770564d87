import { assert, constantFrom, oneof, property, string } from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Evidence } from '../../lib/evidence/evidence';
import { seal } from '../../lib/evidence/digest';
import { readHistory } from '../../lib/evidence/history';
import { seconds } from '../../lib/evidence/report/_format';
import { html } from '../../lib/evidence/report/_html';
import { closeSpan, momentsOf, wholeSpan } from '../../lib/evidence/report/_scene';
import { reportPage } from '../../lib/evidence/report/page';
import { abortedSample, failoverSample } from './_samples';

const NOW = new Date('2026-11-23T20:00:00Z');

function page(documents: readonly Evidence[], now = NOW): string {
  const texts = documents.map((d) => ({ source: `${d.runId}.json`, text: JSON.stringify(d) }));
  return reportPage(readHistory(texts), now);
}

/** The markup without what stands between tags and in attributes. */
function skeleton(markup: string): string {
  return [...markup.matchAll(/<[^>]*>/g)].map(([tag]) => tag.replace(/"[^"]*"/g, '""')).join('\n');
}

/** A document whose free texts all end in `text`. */
function poisoned(text: string): Evidence {
  const good = failoverSample({ day: 22, previous: null, repetitions: 1, lost: 12 });
  const bad = (value: string): string => `${value} ${text}`;
  const check = (c: Evidence['checks'][number]) => ({ ...c, expected: bad(c.expected), observed: bad(c.observed) });
  return seal({
    ...good,
    service: bad(good.service),
    platform: bad(good.platform),
    mode: bad(good.mode),
    reason: bad(good.reason),
    manifestsDigest: bad(good.manifestsDigest),
    clusterUid: bad('x'),
    versions: { postgres: bad('18'), operator: bad('1'), kubernetes: bad('1') },
    imageDigests: [bad('x')],
    objective: { ...good.objective!, failureClass: bad('x') },
    inventory: [{ subject: bad('x'), facts: { x: bad('x') } }],
    preconditions: good.preconditions.map(check),
    checks: good.checks.map(check),
    handover: [bad('x')],
    cleanup: { ok: false, notes: [bad('x')] },
    repetitions: good.repetitions.map((r) => ({
      ...r,
      primaryBefore: bad(r.primaryBefore),
      primaryAfter: bad(r.primaryAfter),
      writes: { ...r.writes, indeterminateCauses: { [bad('x')]: 1 } },
      checks: r.checks.map(check),
      marks: r.marks.map((m) => ({ ...m, what: m.what.includes(': ') ? bad(m.what) : m.what })),
      series: r.series.map((s) => ({ ...s, name: bad(s.name) })),
    })),
  });
}

describe('a report', () => {
  it('says the verdict and its reason before anything else, then the moments of the failover', () => {
    const text = page([failoverSample({ day: 22, previous: null })]);

    expect(text.indexOf('✓ passed')).toBeLessThan(text.indexOf('<svg'));
    for (const words of ['trigger', 'detected +0.9 s', 'promoted +5.5 s', 'recovered +6.4 s', 'The prediction held']) {
      expect(text).toContain(words);
    }
    expect(text).not.toContain('✗');
  });

  it('says a failed run has failed, what was lost, and that the prediction did not hold', () => {
    const text = page([failoverSample({ day: 22, previous: null, outageMs: 52_300, lost: 31 })]);

    expect(text).toContain('✗ failed');
    expect(text).toContain('1:10401-10409');
    expect(text).toContain('The prediction did not hold');
    expect(text.match(/✗ missed/g)).toHaveLength(3);
  });

  it('says what an outage without an end was, and what nobody knows', () => {
    const good = failoverSample({ day: 22, previous: null, repetitions: 1 });
    const run = good.repetitions[0]!;
    const writes = { ...run.writes, lost: null, duplicated: null, refusedPresent: null, indeterminatePresent: null };
    const text = page([seal({ ...good, verdict: 'failed', spread: { writeOutage: null, readOutage: null, apiOutage: null }, repetitions: [{ ...run, writeOutageMs: null, lossWindowMs: null, writes }] })]); // prettier-ignore

    expect(text).toContain('not back within the bound');
    expect(text).toContain('unknown of them lost');
    expect(text.match(/✗ missed/g)).toHaveLength(1);
    expect(text.match(/\? not known/g)).toHaveLength(1);
  });

  it('shows what needs a person first, and green only for what can be relied on today', () => {
    const order = (...documents: Evidence[]): string[] =>
      [...page(documents, new Date('2026-11-23T20:00:00Z')).matchAll(/class="verdict (\w+)"/g)].map(
        (match) => match[1]!,
      );
    const one = (platform: string, change: Partial<Evidence>): Evidence =>
      failoverSample({ day: 22, previous: null, change: { platform, ...change } });

    expect(
      order(
        one('a', {}),
        one('b', { expiresAt: '2026-11-23T00:00:00.000Z' }),
        one('c', { verdict: 'failed' }),
        one('d', { cleanup: { ok: false, notes: ['a table'] } }),
        one('e', { verdict: 'aborted' }),
      ),
    ).toEqual(['failed', 'aborted', 'doubtful', 'doubtful', 'passed']);
  });

  it('opens the repetition that matters and folds the others, and paper shows them all', () => {
    const folds = (evidence: Evidence): string[] =>
      [...page([evidence]).matchAll(/<details class="fold paper" (open)?\s*>/g)].map((match) => match[1] ?? 'folded');
    const good = failoverSample({ day: 22, previous: null, repetitions: 3 });
    const bad = seal({ ...good, repetitions: good.repetitions.map((r, i) => (i === 2 ? { ...r, verdict: 'failed' as const } : r)) }); // prettier-ignore

    expect(folds(good)).toEqual(['open', 'folded', 'folded']);
    expect(folds(bad)).toEqual(['folded', 'folded', 'open']);
    expect(folds(failoverSample({ day: 22, previous: null, repetitions: 1 }))).toEqual([]);
    expect(page([good])).toContain('details.paper::details-content{content-visibility:visible;block-size:auto}');
  });

  it('says that there is nothing, and explains no colours of a picture that is not there', () => {
    expect(page([])).toContain('<h1>Drill report</h1>');
    expect(page([])).toContain('There is no evidence that holds');
    expect(page([abortedSample(22, null)])).not.toContain('indeterminate: sent');
  });

  it('says how exact each measure is, and does not call writes kept that were lost after the failure', () => {
    const good = failoverSample({ day: 22, previous: null, repetitions: 1 });
    expect(page([good])).toMatch(
      /its error is at most\s+0\.05 s for writes, 0\.05 s for reads and\s+0\.31 s for the API/,
    );

    const run = good.repetitions[0]!;
    const checks = run.checks.map((c) => ({ ...c, ok: c.ok && c.name !== 'acknowledged-writes-kept' }));
    const late = { ...run, lossWindowMs: 0, writes: { ...run.writes, lost: 80 }, checks };
    const text = page([seal({ ...good, repetitions: [late] })]);
    expect(text).toContain('80, all acknowledged after the failure');
    expect(text.match(/✗ missed/g)).toHaveLength(1);
  });

  it('shows the history newest first, and says that an aborted newest run follows a success', () => {
    const first = failoverSample({ day: 16, previous: null });
    const text = page([first, abortedSample(22, first)]);

    expect(text).toContain('– aborted');
    expect(text).toContain('1 of 2 runs passed, the last one 2026-11-16 03:13:12 UTC');
    expect(text.indexOf('2026-11-22 03:10:00')).toBeLessThan(text.indexOf('2026-11-16 03:10:00'));
  });

  it('marks what is stale at the given time and only that', () => {
    const document = failoverSample({ day: 1, previous: null });

    expect(page([document], new Date('2026-11-22T03:09:59Z'))).not.toContain('⚠ stale');
    expect(page([document], new Date('2026-11-22T03:10:00Z'))).toContain('⚠ stale since 2026-11-22');
  });

  it('names changed documents and a broken chain at the top', () => {
    const first = failoverSample({ day: 16, previous: null });
    const lone = failoverSample({ day: 22, previous: null });
    const text = page([first, lone, { ...first, verdict: 'passed', reason: 'all is well' }]);

    expect(text).toContain('breaks the chain');
    expect(text).toContain('was changed after it was written');
    expect(text.indexOf('Evidence that does not hold')).toBeLessThan(text.indexOf('class="verdict '));
  });

  it('loads nothing and runs nothing', () => {
    const text = page([failoverSample({ day: 22, previous: null, lost: 31 })]);

    expect(text).toContain(`content="default-src 'none'; style-src 'unsafe-inline'"`);
    expect(text).not.toMatch(/<(script|link|img|iframe|object|a)\b|\ssrc=|\shref=|@import|url\((?!#)|\son[a-z]+=/i);
  });

  it('has no id twice', () => {
    const first = failoverSample({ day: 16, previous: null });
    const ids = [...page([first, failoverSample({ day: 22, previous: first })]).matchAll(/\sid="([^"]*)"/g)].map((m) => m[1]); // prettier-ignore

    expect(new Set(ids).size).toBe(ids.length);
    expect(ids.length).toBeGreaterThan(8);
  });

  it('is the same bytes again, whatever the order of the files', () => {
    const first = failoverSample({ day: 16, previous: null });
    const second = failoverSample({ day: 22, previous: first });

    expect(page([second, first])).toBe(page([first, second]));
  });

  it('keeps its markup whatever a document says', () => {
    const expected = skeleton(page([poisoned('x')]));
    const hostile = oneof(
      string({ unit: 'binary', maxLength: 20 }),
      constantFrom('</title><script>alert(1)</script>', '"><svg onload=alert(1)>', "' onmouseover='x", '<!--', '</style>', '&lt;', '\u202e', ']]>'), // prettier-ignore
    );

    assert(
      property(hostile, (text) => {
        expect(skeleton(page([poisoned(text)]))).toBe(expected);
      }),
      { numRuns: 60 },
    );
  });
});

describe('text in markup', () => {
  it('is unharmed otherwise, and never has controls or a change of direction', () => {
    expect(html`<b>${'a<b & "c"\'s ünï'}</b>`.markup).toBe('<b>a&lt;b &amp; &quot;c&quot;&#39;s ünï</b>');
    expect(html`${'a\u0000\u202e\ud800'}`.markup).toBe('a\ufffd\ufffd\ufffd');
  });
});

describe('the picture', () => {
  it('comes close to the outage and shows the whole, and the whole only where nothing came back', () => {
    const run = failoverSample({ day: 22, previous: null }).repetitions[0]!;
    const never = { ...run, marks: run.marks.filter((m) => m.what !== 'clients served again') };

    expect(closeSpan(run).to - closeSpan(run).from).toBeLessThan(15_000);
    expect(closeSpan(never)).toEqual(wholeSpan(never));
    expect(momentsOf(never).map((m) => m.name)).toEqual(['trigger', 'detected', 'promoted', 'all instances back']);
  });
});

describe('durations', () => {
  it.each([
    [0, '0 s'],
    [0.423, '0.42 s'],
    [10, '10 s'],
    [59.96, '60 s'],
    [250, '4 min 10 s'],
    [90_000, '1 day 1 h'],
    [259_200, '3 days'],
  ])('%d seconds are %s', (value, expected) => {
    expect(seconds(value)).toBe(expected);
  });
});
