// Writes schemas/evidence.v1.json from what the build made of lib/evidence/schema.ts.
import { writeFileSync } from 'node:fs';
import schema from '../build/lib/evidence/schema.js';

writeFileSync(new URL('../schemas/evidence.v1.json', import.meta.url), `${JSON.stringify(schema.EVIDENCE_SCHEMA, null, 2)}\n`); // prettier-ignore
