import { sh, type Runbook } from '../runbook';
import type { RunbookWords } from '../runbook-facts';
import { pause, resume } from './_gitops';
import { indent } from './_node-procedures';
import {
  countRows,
  OutsideServer,
  psqlHere,
  readDump,
  readOnlyHere,
  sameRows,
  startWriters,
  stopWriters,
  writableHere,
} from './_writes';

/** The way to a single server outside, and back. */
export function fallBackAndReturn(w: RunbookWords): Runbook {
  const { bootstrap, database, image, owner } = w.facts.database;
  const fallback = new OutsideServer(w, 'fallback');
  const major = /:(\d+)/.exec(image)?.[1] ?? '';
  const old = bootstrap.method === 'import' ? ` \`${bootstrap.source.host}\`` : '';
  const dumps = { here: `${database}.dump`, before: `${database}-fallback-before.dump`, back: `${database}-back.dump` };
  const out = ['rows-here.txt', 'rows-fallback.txt'] as const;
  const back = ['rows-fallback-back.txt', 'rows-here-back.txt'] as const;
  return {
    title: `Fall back to a single server, and return`,
    when: `The platform cannot serve for longer than anybody can wait, and the old server${old} or another PostgreSQL${major === '' ? ' of at least the same major version' : ` of major version ${major} or later`} is there.`,
    impact: `The service is down until the clients are moved. The fallback is one server without a standby. What is written there must be brought back, and from now on this database is not the true one: at no time may both take writes.`,
    check: `As long as an instance here answers, it has the newest data, and a restore is not needed:

${sh(`${w.k} get ${w.cluster}`, w.sql('select pg_is_in_recovery(), now()'))}

If none does: ${w.link('restore-cluster')} on another platform is the other way.

The fallback takes the dump only if neither it nor the programs on this machine are older than what is here:

${sh(fallback.ask('host of the fallback'), fallback.sql('show server_version'), w.sql('show server_version'), 'pg_restore --version')}`,
    act: `1. ${indent(pause(w))}

2. Stop writes here. Each pod still answers while it stops, so wait for the last; whoever else has the password is cut off after it. The last list must be empty.

   ${indent(sh(...stopWriters(w), ...readOnlyHere(w)))}

   A pod on a lost node stays in the list for ever: set the taint of ${w.link('node-lost')}, or go on, because its sessions have ended.

3. Take everything along, and read the whole dump:

   ${indent(sh(countRows(psqlHere(w), out[0]), `${w.onPrimary()} pg_dump --format custom ${database} > ${dumps.here}`, readDump(w, dumps.here)))}

   Go on only if it says that the dump is whole.

4. What the fallback has now, before step 5 drops it:

   ${indent(sh(fallback.dump(dumps.before), readDump(w, dumps.before)))}

5. Into the fallback. \`--clean\` drops there what the dump brings. Both counts must be the same; a table that only the fallback had is left alone there, and is one line more:

   ${indent(sh(fallback.allowWrites, fallback.restore(dumps.here), fallback.sql('set client_min_messages = error', 'analyze'), countRows(fallback.psql, out[1]), sameRows(...out)))}

6. Point the clients there: ${w.link('move-clients')}, the other way round.

**Return**, when the platform is whole again:

7. Stop writes at the fallback. Whoever is in the last list is ended by its own owner or a superuser there:

   ${indent(sh(...fallback.stopWrites))}

8. Take everything along from there, and read the whole dump. Go on only if it is whole:

   ${indent(sh(countRows(fallback.psql, back[0]), fallback.dump(dumps.back), readDump(w, dumps.back)))}

9. Into this database. What was here is in \`${dumps.here}\` of step 3. Both counts must be the same:

   ${indent(sh(`${w.onPrimary(true)} env PGOPTIONS='-c default_transaction_read_only=off' pg_restore --dbname ${database} --role ${owner} --clean --if-exists --no-owner --single-transaction < ${dumps.back}`, w.sql('analyze', database), countRows(psqlHere(w), back[1]), sameRows(...back)))}

10. Allow writes here again, and start the API. Then the clients: ${w.link('move-clients')}.

   ${indent(sh(writableHere(w), ...startWriters(w)))}

   ${indent(resume(w))}`,
    verify: sh(w.rolledOut(w.facts.api), w.tryWrite, w.backup),
    undo: `Before step 6, nothing has changed for the clients: make the fallback read-only again with step 7, then do step 10. What step 5 dropped at the fallback is in \`${dumps.before}\`. After step 6, only the return leads back. Keep all dumps until the next base backup is \`completed\`.`,
  };
}
