// Regenerates imports/ (typed constructs) and schemas/ (strict JSON schemas) from a folder of CRDs and Kubernetes
// definitions. See CONTRIBUTING.md, "Regenerate imports and schemas", for where the inputs come from.
//
//   npm run import -- [--from ../shared] [--out .]
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { importConstructs } from './import/constructs.mjs';
import { writeSchemas } from './import/schemas.mjs';

const { values } = parseArgs({
  options: { from: { type: 'string', default: '../shared' }, out: { type: 'string', default: '.' } },
});
const from = resolve(values.from);
for (const folder of ['crds', 'kubernetes']) {
  if (!existsSync(join(from, folder))) {
    console.error(
      `import: '${join(from, folder)}' does not exist; give the folder that holds crds/ and kubernetes/ with --from`,
    );
    process.exit(1);
  }
}
await importConstructs({ crds: join(from, 'crds'), out: join(resolve(values.out), 'imports') });
writeSchemas(from, join(resolve(values.out), 'schemas'));
