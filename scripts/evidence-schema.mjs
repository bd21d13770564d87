// Publishes the schema of the evidence document for readers in other languages: lib/evidence/schema.ts ->
// schemas/evidence.v1.json, or the file that is named.
import { writeFileSync } from 'node:fs';
import { join, dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { loadSchemas } from './bundle-runner.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const file = resolve(process.argv[2] ?? join(root, 'schemas', 'evidence.v1.json'));
const { EVIDENCE_SCHEMA } = await loadSchemas();
writeFileSync(file, `${JSON.stringify(EVIDENCE_SCHEMA, null, 2)}\n`);
