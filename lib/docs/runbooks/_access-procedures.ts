import { quote } from '../../_quote';
import { sh, type Runbook } from '../runbook';
import type { RunbookWords } from '../runbook-facts';
import { fallBackAndReturn } from './_fall-back';
import { indent } from './_node-procedures';
import { countRows, OutsideServer, psqlHere, sameRows } from './_writes';

/** Procedures around clients, and the way to the old server and back. */
export const ACCESS_PROCEDURES: Readonly<Record<string, (words: RunbookWords) => Runbook>> = {
  'move-clients': moveClients,

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

  'fall-back-and-return': fallBackAndReturn,
};

function moveClients(w: RunbookWords): Runbook {
  const old = new OutsideServer(w, 'old');
  return {
    title: `Move clients to the new endpoint of ${w.facts.service}`,
    when: `Clients still use another address than \`${w.facts.api.url}\`.`,
    impact:
      'From step 1 on, a client reads and does not write until it is moved. What is written to the old server after this database was made is not here.',
    check: `The new endpoint answers, and each client that is to be moved is let in:

${sh(w.rolledOut(w.facts.api), ...checkScript(w, 'cluster'))}

Who still uses the old database? On the old server:

${sh(old.ask('host of the old server'), old.whoIsLeft)}`,
    act: `1. Stop writes on the old server, so that nobody writes to both. Whoever is in the last list is ended by its own owner or a superuser there:

   ${indent(sh(...old.stopWrites))}

2. Before the first client moves: is everything here that is there?

   ${indent(sh(countRows(old.psql, 'rows-old.txt'), countRows(psqlHere(w), 'rows-new.txt'), sameRows('rows-old.txt', 'rows-new.txt')))}

   If not, somebody wrote there since this database was made. Take it over first: steps 1, 2 and 8 to 10 of ${w.link('fall-back-and-return')}, with the old server as the fallback.

3. Each client takes the new address: \`API_BASE\` from the files of the access folder, in the cluster or on its machine.

4. Restart the client, and see that it works, before the next one.`,
    verify: `Writes of the clients arrive here, and nobody is left there:

${sh(w.sql("select usename, application_name, client_addr, count(*) from pg_stat_activity where backend_type = 'client backend' group by 1, 2, 3"), old.whoIsLeft)}`,
    undo: `Give the clients the old address again. What was written here meanwhile is only here: see ${w.link('fall-back-and-return')}.

${sh(old.allowWrites)}`,
  };
}

function checkScript(w: RunbookWords, mode: 'local' | 'cluster'): string[] {
  const { access, gitops } = w.facts;
  return access === undefined ? [] : [`sh ${gitops.dist}/docs/${access.folder}/check.sh ${mode}`];
}
