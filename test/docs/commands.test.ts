import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { ArgoCd, Bootstrap, type Delivery, Document, Flux, Platform, Storage } from '../../lib';
import { appWorld, checkDocuments } from '../../lib/docs/check-documents';
import { checkCommands, commandBlocks } from '../../lib/docs/commands';
import { shellCommands, UNKNOWN } from '../../lib/docs/_shell';
import { BOTH, FACTS, stateHub, type Variant } from './state-hub';

const built = stateHub();
const files = built.app.files();
const documents = files.filter(({ path }) => path.startsWith('docs/'));
const world = appWorld(built.app, built.app.units(), files, BOTH());
const problemsOf = (text: string) => checkCommands([{ path: 'page.md', text: `\`\`\`sh\n${text}\n\`\`\`\n` }], world);

describe('every command of every document', () => {
  it('is read: there are many', () => {
    expect(documents.flatMap(commandBlocks).length).toBeGreaterThan(100);
  });

  it('parses in sh', () => {
    const broken = documents.flatMap((document) =>
      commandBlocks(document)
        .map(({ text, line }) => ({ at: `${document.path}:${line}`, run: spawnSync('sh', ['-n'], { input: text }) }))
        .filter(({ run }) => run.status !== 0)
        .map(({ at, run }) => `${at} ${String(run.stderr)}`),
    );
    expect(broken).toEqual([]);
    expect(spawnSync('sh', ['-n'], { input: 'kubectl get pods "' }).status).not.toBe(0);
  });

  it('names only what exists', () => {
    expect(checkCommands(documents, world)).toEqual([]);
  });

  const flux = () => new Flux({ path: './deploy', external: { 'cloudnative-pg': {}, 'barman-cloud': {} } });
  const argocd = () => new ArgoCd({ path: './deploy', repository: 'https://git.example.net/x.git' });
  const unmonitored = new Platform({ ...FACTS, monitoringNamespace: false });
  const replicated = new Platform({ ...FACTS, storage: Storage.replicated('longhorn', { replicas: 2 }) });
  it.each<[string, Delivery[], Variant]>([
    ['Flux alone, in a subfolder', [flux()], {}],
    ['Argo CD alone', [argocd()], {}],
    ['no engine', [], {}],
    ['no Prometheus', BOTH(), { platform: unmonitored }],
    ['replicated storage', BOTH(), { platform: replicated }],
    ['another namespace and no companion', BOTH(), { namespace: 'elsewhere', companion: false }],
  ])('names only what exists, with %s', (_, delivery, variant) => {
    const { app } = stateHub({ ...variant, delivery });
    expect(checkDocuments(app, app.units(), app.files(), delivery)).toEqual([]);
  });

  it('is found wrong where it is written, with file and line', () => {
    const { app, scope } = stateHub();
    const wrong = '```sh\nkubectl --namespace state-hub get pods --selector cnpg.io/cluster=state-hub-bd\n```\n';
    new Document(scope, 'wrong', { path: 'state-hub/wrong.md', produce: () => wrong });
    expect(checkDocuments(app, app.units(), app.files(), BOTH())).toEqual([
      {
        path: 'docs/state-hub/wrong.md',
        line: 2,
        problem: "no pod or object has the label 'cnpg.io/cluster=state-hub-bd'",
      },
    ]);
  });

  it('has the sizes, the address and the archive of this service', () => {
    const other = stateHub({ generation: 4, bootstrap: Bootstrap.initdb() });
    const page = other.app.files().find(({ path }) => path.endsWith('/restore-cluster.md'))!.text;
    expect(page).toContain('generation: 5,');
    expect(page).toContain("serverName: 'state-hub-db-4'");
    expect(page).toContain('s3://threephoenix-state-hub/postgres/state-hub-db-4/base/');
  });
});

/** What a typo is made of: words in the commands, found by this test's own lists and not by the checker. */
const VERBS =
  'get describe delete wait patch scale taint logs exec cordon uncordon drain rollout restart status undo create apply auth can-i top port-forward suspend resume reconcile promote destroy fencing backup set';
const KINDS = `pods pod nodes node services service secrets secret deployments deployment events jobs cronjobs ingresses
  persistentvolumeclaims persistentvolume persistentvolumes storageclass endpointslices leases.coordination.k8s.io
  clusters.postgresql.cnpg.io backups.postgresql.cnpg.io scheduledbackups.postgresql.cnpg.io
  failoverquorums.postgresql.cnpg.io objectstores.barmancloud.cnpg.io podmonitors.monitoring.coreos.com
  certificates.cert-manager.io certificaterequests.cert-manager.io kustomization configmap applications`;
const NAMESPACES = 'state-hub cnpg-system cert-manager flux-system argocd';
const NAMES = `state-hub-db state-hub-db-rw state-hub-api state-hub-dashboard state-hub-db-backup state-hub local-path
  state-hub-base state-hub-secrets state-hub-database state-hub-monitoring state-hub-core sops-age flux-system argocd-cm`;

function typosOf(word: string): string[] {
  const middle = Math.floor(word.length / 2);
  const swapped = Array.from({ length: word.length - 1 }, (_, i) => i)
    .filter((i) => word[i] !== word[i + 1])
    .map((i) => word.slice(0, i) + word[i + 1] + word[i] + word.slice(i + 2));
  return [
    word.slice(0, -1),
    word.slice(1),
    `${word.slice(0, middle)}${word.slice(middle - 1)}`,
    ...swapped.slice(0, 2),
  ];
}

/** Each place in the commands where one of the words stands, as an argument of kubectl, flux or argocd. */
function places(words: readonly string[], after = '[\\s/,="(]'): { file: number; at: number; word: string }[] {
  return documents.flatMap(({ path, text }, file) => {
    const found: { file: number; at: number; word: string }[] = [];
    const blocks = path.endsWith('.md') ? [...text.matchAll(/^ *```sh\n([\s\S]*?)^ *```$/gm)] : [];
    for (const block of blocks) {
      let at = block.index + block[0].indexOf('\n') + 1;
      for (const line of block[1]!.split('\n')) {
        const code = line.replace(/(^|[ =])# .*/, '').replace(/ -- psql.*/, '');
        if (/(^|[\s(])(kubectl|flux|argocd) /.test(code)) {
          for (const word of words) {
            const pattern = new RegExp(`(?<=${after})${word.replace(/[.]/g, '\\.')}(?=$|[\\s/,":)])`, 'g');
            for (const match of code.matchAll(pattern)) {
              found.push({ file, at: at + match.index, word });
            }
          }
        }
        at += line.length + 1;
      }
    }
    return found;
  });
}

function missed(words: string, after?: string): { tried: number; missed: string[] } {
  const list = words.split(/\s+/);
  // A singular says the same as its plural.
  const valid = new Set(list.flatMap((word) => [word, word.replace(/s$/, '')]));
  const tried: string[] = [];
  const result: string[] = [];
  for (const { file, at, word } of places(list, after)) {
    for (const typo of typosOf(word).filter((x) => !valid.has(x))) {
      const { path, text } = documents[file]!;
      const broken = text.slice(0, at) + typo + text.slice(at + word.length);
      tried.push(typo);
      if (checkCommands([{ path, text: broken }], world).length === 0) {
        const line = broken.slice(broken.lastIndexOf('\n', at) + 1, broken.indexOf('\n', at));
        result.push(`${path}: ${line.trim()}`);
      }
    }
  }
  return { tried: tried.length, missed: [...new Set(result)] };
}

describe('a typo in a command is seen, each time', () => {
  it.each([
    ['verb', VERBS, '(?:kubectl|flux|argocd app|auth|rollout|cnpg)(?: --namespace [-a-z]+)? '],
    ['kind', KINDS, '[\\s/,]'],
    ['namespace', NAMESPACES, '--namespace '],
    ['name', NAMES, undefined],
  ])(
    'in a %s',
    (_, words, after) => {
      const result = missed(words, after);
      expect(result.missed).toEqual([]);
      expect(result.tried).toBeGreaterThan(100);
    },
    60_000,
  );

  it.each([
    ['a resource in a namespace, without one', 'kubectl get pods', /'pods' are in namespaces, and it names none/],
    [
      'a pod of another namespace',
      'kubectl --namespace cnpg-system delete pod state-hub-db-1',
      /no Pod 'state-hub-db-1' in namespace/,
    ],
    ['a flag', 'kubectl --namespace state-hub get pods --selektor x=y', /unknown flag '--selektor'/],
    ['a flag before the name of a plugin', 'kubectl --namespace state-hub cnpg status state-hub-db', /no verb 'cnpg'/],
    ['a selector', 'kubectl --namespace state-hub get pods --selector cnpg.io/cluster=state-hub', /has the label/],
    ['a container', 'kubectl --namespace state-hub logs state-hub-db-1 --container postgress', /no container/],
    ['a database', 'kubectl --namespace state-hub exec state-hub-db-1 -- psql --dbname statehub', /no database/],
    ['an instance that cannot be', 'kubectl cnpg --namespace state-hub promote state-hub-db state-hub-db-9', /no Pod/],
    ['no instance', 'kubectl cnpg --namespace state-hub destroy state-hub-db', /needs an instance/],
    ['a program', 'kubctl get nodes', /unknown program 'kubctl'/],
    ['a program in a substitution', 'x=$(kubctl get nodes)', /unknown program 'kubctl'/],
    ['a file', 'kubectl apply -k dist/manifests/state-hub-bsae', /no file/],
    ['a script', 'sh dist/docs/state-hub/access/chekc.sh local', /no file/],
    ['a systemd unit', 'systemctl --user status state-hub-port-forward@state-hub-ap', /no Service 'state-hub-ap'/],
    ['an Application', 'argocd app set state-hub-cor --sync-policy none', /no Application/],
    ['a source of Flux', 'flux reconcile source git flux-sytem --namespace flux-system', /no GitRepository/],
    ['a node', 'kubectl cordon railiance04', /no Node 'railiance04'/],
    ['half a name', 'kubectl --namespace state-hub delete pod "state-hub-bd-$n"', /no Pod 'state-hub-bd-\.\.\.'/],
  ])('in %s', (_, command, message) => {
    const problems = problemsOf(command);
    expect(problems).not.toEqual([]);
    expect(problems[0]!.problem).toMatch(message);
  });

  it('and the line is named', () => {
    expect(problemsOf('kubectl get nodes\n\nkubectl get noeds')).toEqual([
      { path: 'page.md', line: 4, problem: "no resource 'noeds'" },
    ]);
  });
});

describe('shell text', () => {
  const words = (text: string) => shellCommands(text).map((command) => command.map((word) => word.text).join(' '));

  it.each<[string, string, string[]]>([
    ['pipes and lists', 'a b | c && d || e; f &', ['a b', 'c', 'd', 'e', 'f']],
    ['quotes', `a 'b c' "d \\"e\\"" f\\ g`, ['a b c d "e" f g']],
    ['comments', 'a # b c\n# d\ne', ['a', 'e']],
    ['assignments', 'x=1 y="2" a b', ['a b']],
    ['expansions', 'a "$b" ${c:?} x-${d##*-} $e/f', [`a ${UNKNOWN} ${UNKNOWN} x-${UNKNOWN} ${UNKNOWN}/f`]],
    ['substitutions', 'x=$(a b | c "$(d)") e', ['a b', 'd', `c ${UNKNOWN}`, 'e']],
    ['arithmetic', 'a $((b + 1))', [`a ${UNKNOWN}`]],
    ['redirections', 'a >b 2>&1 <c', ['a']],
    ['here-documents', 'a <<END\nb c\nEND\nd', ['a', 'd']],
    ['loops', 'for x in a b; do c $x; done', ['for x in a b', `c ${UNKNOWN}`]],
    ['conditions', 'if a; then b; else c; fi', ['a', 'b', 'c']],
    ['cases', 'case "$x" in\n  a|b) c ;;\n  *"d e"*) f ;;\nesac\ng', ['c', 'f', 'g']],
    ['continued lines', 'a \\\n  b', ['a b']],
  ])('is read: %s', (_, text, commands) => {
    expect(words(text).toSorted()).toEqual(commands.toSorted());
  });
});
