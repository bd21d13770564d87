import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import Ajv from 'ajv';
import { describe, expect, it } from 'vitest';
import { EVIDENCE_SCHEMA } from '../../lib/evidence/schema';
import { failoverSample } from './_samples';

const published = readFileSync(join(resolve(__dirname, '../..'), 'schemas/evidence.v1.json'), 'utf8');

describe('schemas/evidence.v1.json', () => {
  it('is the schema that evidence is validated with, byte for byte', () => {
    expect(published).toBe(`${JSON.stringify(EVIDENCE_SCHEMA, null, 2)}\n`);
  });

  it('accepts evidence, and refuses it with a field missing, with one too many and with a wrong digest', () => {
    const validate = new Ajv({ strict: true, allowUnionTypes: true }).compile(JSON.parse(published) as object);
    const good = failoverSample({ day: 1, previous: null });
    const { reason: _, ...less } = good;

    expect(validate(good)).toBe(true);
    expect(validate(less)).toBe(false);
    expect(validate({ ...good, more: 1 })).toBe(false);
    expect(validate({ ...good, digest: 'sha256:0' })).toBe(false);
  });
});
