// Writes schemas/evidence.v1.json from what the build made of lib/evidence/schema.ts.
import { writeFileSync } from 'node:fs';
import inside from '../build/inside/rest.js';

writeFileSync(new URL('../schemas/evidence.v1.json', import.meta.url), `${JSON.stringify(inside.EVIDENCE_SCHEMA, null, 2)}\n`); // prettier-ignore
