import { quote } from '../../_quote';
import { sh, type Runbook } from '../runbook';
import type { RunbookWords } from '../runbook-facts';
import { pause, resume } from './_gitops';
import { indent } from './_node-procedures';

/** Procedures around clients, and the way to the old server and back. */
export const ACCESS_PROCEDURES: Readonly<Record<string, (words: RunbookWords) => Runbook>> = {
  'move-clients': (w) => ({
    title: `Move clients to the new endpoint of ${w.facts.service}`,
    when: `Clients still use another address than \`${w.facts.api.url}\`.`,
    impact:
      'None, if each client is moved and seen to work before the next. A client left behind writes to the old database, and nobody notices.',
    check: `The new endpoint answers, and each client that is to be moved is let in:

${sh(`${w.k} rollout status deployment ${w.facts.api.name} --timeout 1m`, ...checkScript(w, 'cluster'))}

Who still uses the old database? On the old server:

${sh(`old= # host of the old server${legacy(w)}`, `psql --host "\${old:?}" --username ${w.facts.database.owner} --dbname ${w.facts.database.database} --command "select usename, client_addr, count(*), max(state_change) from pg_stat_activity where datname = current_database() group by 1, 2"`)}`,
    act: `1. Stop writes on the old server, so that nobody writes to both:

   ${indent(sh(...stopWrites(w, 'old')))}

2. Each client takes the new address: \`API_BASE\` from the files of the access folder, in the cluster or on its machine.

3. Restart the client, and see that it works.`,
    verify: `Writes of the clients arrive here, and nobody is left there:

${sh(w.sql("select usename, application_name, client_addr, count(*) from pg_stat_activity where backend_type = 'client backend' group by 1, 2, 3"), `psql --host "\${old:?}" --username ${w.facts.database.owner} --dbname ${w.facts.database.database} --command "select count(*) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()"`)}`,
    undo: `Give the clients the old address again. What was written here meanwhile is only here: see ${w.link('fall-back-and-return')}.

${sh(allowWrites(w, 'old'))}`,
  }),

  'new-operator-machine': (w) => {
    const { access } = w.facts;
    const group = access?.operators[0];
    return {
      title: `Reach ${w.facts.service} from a new operator machine`,
      when: 'Somebody new, or a new machine, has to reach the private service.',
      impact: 'None.',
      check: `kubectl, curl${access?.mcp === undefined ? '' : ' and an MCP client'} are installed. The API server knows you${group === undefined ? '' : `, and you are in group ${access?.operators.map((x) => `\`${x.group}\``).join(' or ')}`}:

${sh('kubectl auth whoami', `${w.k} auth can-i create pods --subresource portforward`)}

The last answer must be \`yes\`. If not, whoever runs the platform adds you to the group; nobody gets more than that for access.`,
      act:
        access === undefined || group === undefined
          ? `No group of operators is declared; who may administer the cluster forwards the port by hand:

${sh(`${w.k} port-forward --address 127.0.0.1 service/${w.facts.api.name} ${w.facts.api.port}:${w.facts.api.port}`)}`
          : `Install the files of the access folder:

${sh(
  `install -D -m 755 ${w.facts.gitops.dist}/docs/${access.folder}/local/${access.api.service}-port-forward.sh ~/.local/bin/${access.api.service}-port-forward.sh`,
  `install -D -m 644 ${w.facts.gitops.dist}/docs/${access.folder}/local/${access.api.service}-port-forward@.service ~/.config/systemd/user/${access.api.service}-port-forward@.service`,
  'systemctl --user daemon-reload',
  `systemctl --user enable --now ${access.parts.map((part) => `${access.api.service}-port-forward@${part.name}`).join(' ')}`,
)}

Agents and other clients take their address from the files beside them.`,
      verify:
        access === undefined || group === undefined
          ? sh(`curl --fail ${quote(`http://127.0.0.1:${w.facts.api.port}${w.facts.api.readiness}`)}`)
          : sh(...checkScript(w, 'local')),
      undo:
        access === undefined || group === undefined
          ? 'End the command.'
          : `${sh(`systemctl --user disable --now ${access.parts.map((part) => `${access.api.service}-port-forward@${part.name}`).join(' ')}`)}

When the person leaves: out of the group, nothing else.`,
    };
  },

  'fall-back-and-return': (w) => {
    const { database, owner } = w.facts.database;
    return {
      title: `Fall back to a single server, and return`,
      when: `The platform cannot serve for longer than anybody can wait, and the old server${legacyName(w)} or another PostgreSQL of at least the same major version is there.`,
      impact: `The fallback is one server without a standby. What is written there must be brought back, and from now on this database is not the true one: at no time may both take writes.`,
      check: `Which of the two has the newest data? As long as the primary here answers, a restore is not needed:

${sh(`${w.k} get ${w.cluster}`, w.sql('select pg_is_in_recovery(), now()'))}

If it does not: ${w.link('restore-cluster')} on another platform is the other way.`,
      act: `1. ${indent(pause(w))}

2. Stop writes here, and take everything along:

   ${indent(sh(`${w.k} scale deployment ${w.facts.api.name} --replicas 0`, `${w.k} exec service/${w.db}-rw --container postgres -- pg_dump --format custom ${database} > ${database}.dump`, `pg_restore --list ${database}.dump | tail -3`))}

3. Into the fallback. \`--clean\` drops there what the dump brings:

   ${indent(
     sh(
       `fallback= # host of the fallback${legacy(w)}`,
       allowWrites(w, 'fallback'),
       `pg_restore --host "\${fallback:?}" --username ${owner} --dbname ${database} --clean --if-exists --no-owner --single-transaction ${database}.dump`,
     ),
   )}

4. Point the clients there: ${w.link('move-clients')}, the other way round.

**Return**, when the platform is whole again:

5. Stop writes at the fallback, and take everything back:

   ${indent(sh(...stopWrites(w, 'fallback'), `pg_dump --host "\${fallback:?}" --username ${owner} --format custom ${database} > ${database}-back.dump`, `${w.k} exec --stdin service/${w.db}-rw --container postgres -- pg_restore --dbname ${database} --role ${owner} --clean --if-exists --no-owner --single-transaction < ${database}-back.dump`))}

6. Let GitOps go on; it starts the API again. Then the clients: ${w.link('move-clients')}.

${resume(w)}`,
      verify: sh(
        `${w.k} rollout status deployment ${w.facts.api.name} --timeout 5m`,
        w.sql('select relname, n_live_tup from pg_stat_user_tables order by 2 desc limit 20', database),
        `${w.cnpg} backup ${w.db} --method plugin --plugin-name barman-cloud.cloudnative-pg.io`,
      ),
      undo: `Before step 4, nothing has changed for the clients: ${w.link('PhoenixApiDown')} and resume as in step 6. After it, only the return leads back. Keep both dumps until the next base backup is \`completed\`.`,
    };
  },
};

/** Read-only from now on, also for those who are connected: the setting alone would only reach new sessions. */
function stopWrites(w: RunbookWords, host: string): string[] {
  const { database, owner } = w.facts.database;
  const psql = `psql --host "\${${host}:?}" --username ${owner} --dbname ${database} --command`;
  return [
    `${psql} "alter database ${database} set default_transaction_read_only = on"`,
    `${psql} "select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()"`,
  ];
}

function allowWrites(w: RunbookWords, host: string): string {
  const { database, owner } = w.facts.database;
  return `psql --host "\${${host}:?}" --username ${owner} --dbname ${database} --command "set default_transaction_read_only = off" --command "alter database ${database} reset default_transaction_read_only"`;
}

function checkScript(w: RunbookWords, mode: 'local' | 'cluster'): string[] {
  const { access, gitops } = w.facts;
  return access === undefined ? [] : [`sh ${gitops.dist}/docs/${access.folder}/check.sh ${mode}`];
}

function legacyHost(w: RunbookWords): string | undefined {
  const { bootstrap } = w.facts.database;
  return bootstrap.method === 'import' ? bootstrap.source.host : undefined;
}

function legacy(w: RunbookWords): string {
  const host = legacyHost(w);
  return host === undefined ? '' : `, such as ${host}`;
}

function legacyName(w: RunbookWords): string {
  const host = legacyHost(w);
  return host === undefined ? '' : ` \`${host}\``;
}
