// Writes docs/rules.md from the rules themselves. Needs `npm run build`.
import { writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const { rulesDocument } = createRequire(import.meta.url)('../build/inside/rest.js');
const file = join(dirname(dirname(fileURLToPath(import.meta.url))), 'docs', 'rules.md');
writeFileSync(file, rulesDocument());
