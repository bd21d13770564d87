const text = { type: 'string' } as const;
const textOrNull = { type: ['string', 'null'] } as const;
const time = { type: 'string', pattern: '^\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d(\\.\\d+)?Z$' } as const;
const digest = { type: 'string', pattern: '^sha256:[0-9a-f]{64}$' } as const;
const count = { type: 'integer', minimum: 0 } as const;
const countOrNull = { type: ['integer', 'null'], minimum: 0 } as const;
const duration = { type: 'number', minimum: 0 } as const;
const durationOrNull = { type: ['number', 'null'], minimum: 0 } as const;
const verdict = { enum: ['passed', 'failed', 'aborted'] } as const;

function object(properties: Readonly<Record<string, object>>, optional: readonly string[] = []): object {
  return {
    type: 'object',
    additionalProperties: false,
    required: Object.keys(properties).filter((name) => !optional.includes(name)),
    properties,
  };
}

function list(items: object): object {
  return { type: 'array', items };
}

const ref = (name: string) => ({ $ref: `#/$defs/${name}` });

const repetition = object({
  verdict,
  writeOutageMs: durationOrNull,
  readOutageMs: durationOrNull,
  apiOutageMs: durationOrNull,
  resolutionMs: object({ write: duration, read: duration, api: duration }),
  redundancyMs: durationOrNull,
  lossWindowMs: durationOrNull,
  writes: object({
    acknowledged: count,
    refused: count,
    indeterminate: count,
    indeterminatePresent: countOrNull,
    indeterminateCauses: { type: 'object', additionalProperties: count },
    lost: countOrNull,
    duplicated: countOrNull,
    refusedPresent: countOrNull,
  }),
  lostWrites: { ...list({ type: 'string', pattern: '^\\d+:\\d+-\\d+$' }), maxItems: 200 },
  primaryBefore: text,
  primaryAfter: text,
  timelineBefore: count,
  timelineAfter: count,
  checks: list(ref('check')),
  marks: list(object({ at: { type: 'number' }, what: text })),
  series: list(
    object({
      name: text,
      kind: { enum: ['write', 'read', 'probe'] },
      bands: list(
        object({
          outcome: { enum: ['ok', 'failed', 'indeterminate'] },
          from: { type: 'number' },
          to: { type: 'number' },
          count,
        }),
      ),
    }),
  ),
});

/**
 * JSON schema of the evidence document, version 1; published as `schemas/evidence.v1.json`. A change that an old reader
 * would not accept makes version 2.
 */
export const EVIDENCE_SCHEMA = {
  $schema: 'http://json-schema.org/draft-07/schema#',
  $id: 'https://cdk8s-phoenix.dev/schemas/evidence.v1.json',
  title: 'Evidence of a drill',
  $defs: {
    check: object({
      name: { type: 'string', pattern: '^[a-z0-9-]+$' },
      ok: { type: 'boolean' },
      expected: text,
      observed: text,
    }),
    spread: { anyOf: [{ type: 'null' }, object({ worst: duration, median: duration, p95: duration })] },
  },
  ...object(
    {
      schema: { const: 'cdk8s-phoenix/evidence/v1' },
      drill: { enum: ['failover', 'readiness'] },
      mode: text,
      runId: { type: 'string', pattern: '^[a-z0-9-]{8,40}$' },
      service: text,
      platform: text,
      startedAt: time,
      finishedAt: time,
      expiresAt: time,
      verdict,
      reason: { type: 'string', minLength: 1 },
      manifestsDigest: text,
      runnerDigest: digest,
      clusterUid: textOrNull,
      versions: object({ postgres: textOrNull, operator: textOrNull, kubernetes: textOrNull }),
      imageDigests: list(text),
      preconditions: list(ref('check')),
      objective: object({ failureClass: text, rpoSeconds: duration, rtoSeconds: duration }),
      prediction: object({ typicalSeconds: duration, worstSeconds: duration, held: { type: ['boolean', 'null'] } }),
      spread: object({ writeOutage: ref('spread'), readOutage: ref('spread'), apiOutage: ref('spread') }),
      repetitions: list(repetition),
      inventory: list(object({ subject: text, facts: { type: 'object', additionalProperties: text } })),
      checks: list(ref('check')),
      handover: list(text),
      cleanup: object({ ok: { type: 'boolean' }, notes: list(text) }),
      previousDigest: { anyOf: [{ type: 'null' }, digest] },
      digest,
    },
    ['objective', 'prediction', 'spread'],
  ),
} as const;
