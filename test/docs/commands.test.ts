import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { ArgoCd, Bootstrap, type Delivery, Document, Flux, Platform, Storage } from '../../lib';
import { appWorld, checkDocuments } from '../../lib/docs/check-documents';
import { checkCommands, commandBlocks } from '../../lib/docs/commands/check';
import { readShell, UNKNOWN } from '../../lib/docs/commands/_shell';
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
        problem: "'--selector': no pod or object has the label 'cnpg.io/cluster=state-hub-bd'",
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

describe('what is wrong with a command is said', () => {
  const K = 'kubectl --namespace state-hub';
  const SECRET = `apiVersion: v1
kind: Secret
metadata:
  name: state-hub-db-owner
  namespace: state-hub
  labels:
    cnpg.io/reload: "true"
type: kubernetes.io/basic-auth
data:
  username: dmFsdWU=
  password: dmFsdWU=`;

  it('and nothing else: these are right', () => {
    const right = [
      `cat <<END\n${SECRET}\nEND`,
      `${K} wait clusters.postgresql.cnpg.io state-hub-db --for condition=Ready=false --timeout 2m`,
      'kubectl taint nodes railiance01 node.kubernetes.io/out-of-service=nodeshutdown:NoExecute-',
      `${K} get services --output jsonpath='{range .items[?(@.spec.type!="ClusterIP")]}{.metadata.name} {end}'`,
      'x= # a file\ncat "${x:?}"',
      'pg_dump --format custom --file a.dump state_hub\npg_restore --dbname state_hub a.dump',
    ];
    expect(right.flatMap(problemsOf)).toEqual([]);
  });

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
    [
      'half a name',
      'n= # one\nkubectl --namespace state-hub delete pod "state-hub-bd-$n"',
      /no Pod 'state-hub-bd-\.\.\.'/,
    ],
    ['a flag of another verb', 'kubectl get nodes --grace-period 1', /unknown flag '--grace-period'/],
    ['the wrong kind of source', 'flux reconcile source oci flux-system --namespace flux-system', /no OCIRepository/],
    ['a source of another namespace', 'flux reconcile source git flux-system --namespace argocd', /no GitRepository/],
    ['a policy of Argo CD', 'argocd app set state-hub-core --sync-policy nonne', /'none' or 'automated'/],
    ['a condition', `${K} wait clusters.postgresql.cnpg.io state-hub-db --for condition=Redy`, /no condition 'Redy'/],
    ['a condition of another kind', `${K} wait deployment state-hub-api --for condition=Ready`, /no condition 'Ready'/],
    ['a taint', 'kubectl taint nodes railiance01 node.kubernetes.io/out-of-servce=nodeshutdown:NoExecute', /no taint/],
    ['a field', `${K} get pods --output jsonpath='{.items[*].spec.nodName}'`, /Pod has no field '\.spec\.nodName'/],
    [
      'a field of the status',
      `${K} get clusters.postgresql.cnpg.io state-hub-db --output jsonpath='{.status.curentPrimary}'`,
      /has no field/,
    ],
    ['a column', `${K} get pods --output custom-columns=NAME:.metadata.nam`, /has no field/],
    ['a list taken for one object', `${K} get pods --output jsonpath='{.spec.nodeName}'`, /no field of a list/],
    ['a field to sort by', `${K} get events --sort-by .lastTimestap`, /Event has no field/],
    [
      'a patch',
      `v= # one\nkubectl patch persistentvolume "$v" --type merge --patch '{"spec":{"persistentVolumeReclaimPolcy":"Retain"}}'`,
      /unknown field/,
    ],
    [
      'the value in a patch',
      `v= # one\nkubectl patch persistentvolume "$v" --type merge --patch '{"spec":{"persistentVolumeReclaimPolicy":"Retian"}}'`,
      /must be one of/,
    ],
    ['a role', 'pg_dump --username state_hubb --format custom state_hub', /no role 'state_hubb'/],
    ['a database of pg_dump', 'pg_dump --format custom state_hubb', /no database 'state_hubb'/],
    ['a flag of psql', `${K} exec state-hub-db-1 -- psql --dbbname state_hub`, /unknown flag '--dbbname'/],
    ['a verb of sops', 'sops decript secrets/state-hub-db-owner.sops.yaml', /sops has no verb 'decript'/],
    ['a file of sops', 'sops edit secrets/state-hub-db-ower.sops.yaml', /no file/],
    ['a verb of phoenix', 'npx phoenix secret check secrets', /npx knows no command 'phoenix secret check'/],
    ['a flag of phoenix', 'npx phoenix secrets check secrets --formt json', /unknown flag '--formt'/],
    ['a verb of git', 'git psuh', /git has no verb 'psuh'/],
    ['what grep looks for', 'kubectl get nodes | grep bramman-cloud', /nothing is called 'bramman-cloud'/],
    ['an object store', 'aws s3 ls s3://threephoenix-state-hub/postgres/state-hub-db-2/base/', /no object store/],
    ['a variable that nothing sets', 'kubectl cordon "${nod:?}"', /nothing on this page sets 'nod'/],
    ['a variable that nothing uses', 'node= # which', /'node' is set, and nothing on this page uses it/],
    [
      'a file that nothing writes',
      `${K} exec --stdin state-hub-db-1 -- pg_restore --file /dev/null < x.dump`,
      /no file 'x\.dump'/,
    ],
    ['a folder that nothing makes', 'age-keygen -o ~/keys/new.agekey', /no folder '~\/keys' is made/],
    [
      'a tilde that the shell leaves',
      'kubectl --namespace flux-system create secret generic sops-age --from-file=a=~/x',
      /write "\$HOME"/,
    ],
    ['a variable of a program', 'env PGOPTION=x psql --dbname postgres', /no program reads 'PGOPTION'/],
    ['a here-document without end', 'cat <<END\nx', /has no end 'END'/],
    ['a manifest', `cat <<END\n${SECRET.replace('metadata', 'metdata')}\nEND`, /'metadata' is required/],
    [
      'the keys of a Secret',
      `cat <<END\n${SECRET.replace('password', 'pasword')}\nEND`,
      /keys must be username, password/,
    ],
    [
      'the type of a Secret',
      `cat <<END\n${SECRET.replace('basic', 'basik')}\nEND`,
      /of type 'kubernetes.io\/basic-auth'/,
    ],
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
  const words = (text: string) =>
    readShell(text).commands.flatMap(({ words }) =>
      words.length === 0 ? [] : [words.map((word) => word.text).join(' ')],
    );

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
