import { JsonPatch, Size } from 'cdk8s';
import { describe, expect, it } from 'vitest';
import { ArgoCd, DecisionRecord, type Delivery, Flux, type FluxProps, Platform, type PlatformProps } from '../../lib';
import { predict } from '../../lib/platform/prediction';
import { predictionInput } from '../../lib/platform/read-input';
import { commandBlocks } from '../../lib/docs/commands/check';
import { BOTH, FACTS, stateHub, type Variant } from './state-hub';

const EXTERNAL = { external: { 'cloudnative-pg': {}, 'barman-cloud': {} } };
const flux = (props: Partial<FluxProps> = {}) => new Flux({ path: '.', ...EXTERNAL, ...props });
const argocd = () => new ArgoCd({ path: '.', repository: 'https://git.example.net/x.git' });
const ENGINES: [string, Delivery[]][] = [
  ['Flux', [flux()]],
  ['Argo CD', [argocd()]],
  ['no engine', []],
  ['both', BOTH()],
];

function pagesOf(built: ReturnType<typeof stateHub>): Map<string, string> {
  const pages = built.app.files().filter(({ path }) => path.startsWith('docs/state-hub/runbooks/'));
  return new Map(pages.map(({ path, text }) => [path.slice('docs/state-hub/runbooks/'.length, -'.md'.length), text]));
}

const pagesWith = (variant: Variant = {}) => pagesOf(stateHub(variant));
const pages = pagesWith();

/** Every command line of a page or of one of its sections, in order. */
function lines(name: string, from = pages, section?: string): string[] {
  const text = from.get(name)!;
  const part = section === undefined ? text : `\n${text.split(`\n## ${section}\n`)[1]!.split('\n## ')[0]!}`;
  return commandBlocks({ path: 'x.md', text: part }).flatMap((block) => block.text.split('\n'));
}

/** The first pattern that no line after those of the patterns before matches; undefined if all come in this order. */
function missing(all: readonly string[], ...patterns: readonly RegExp[]): RegExp | undefined {
  let at = -1;
  return patterns.find((pattern) => {
    const next = all.findIndex((line, i) => i > at && pattern.test(line));
    at = next === -1 ? all.length : next;
    return next === -1;
  });
}

describe('a copy of the data is taken', () => {
  it.each(['fall-back-and-return', 'restore-to-a-point-in-time'])(
    'in %s only after the last writer is gone, because scale returns at once',
    (name) => {
      expect(
        missing(
          lines(name),
          /scale deployment state-hub-api --replicas 0/,
          /wait pod --selector app\.kubernetes\.io\/name=state-hub-api --for delete/,
          /pg_terminate_backend/,
          /pg_dump/,
        ),
      ).toBeUndefined();
    },
  );

  it('after all who have the password, companions too', () => {
    const all = lines('fall-back-and-return', pagesWith({ companion: 'writes' }));
    expect(
      missing(
        all,
        /scale deployment state-hub-dashboard --replicas 0/,
        /name=state-hub-dashboard --for delete/,
        /pg_dump/,
      ),
    ).toBeUndefined();
    expect(lines('fall-back-and-return').join('\n')).not.toContain('state-hub-dashboard');
  });

  it('with a wait that is longer than the pods may take to stop', () => {
    const built = stateHub();
    built.api.apiObject.addJsonPatch(JsonPatch.replace('/spec/template/spec/terminationGracePeriodSeconds', 400));
    expect(lines('fall-back-and-return', pagesOf(built)).join('\n')).toContain('--for delete --timeout 8m');
    expect(lines('fall-back-and-return').join('\n')).toContain('--for delete --timeout 2m');
  });

  it('and read to its end before anything is dropped for it', () => {
    for (const [name, text] of pages) {
      expect({ name, lists: /pg_restore [^\n]*--list/.test(text) }).toEqual({ name, lists: false });
      const all = lines(name, pages);
      const written = all.flatMap((line) => /pg_dump.*(?:>|--file) (\S+\.dump)/.exec(line)?.slice(1) ?? []);
      for (const file of written) {
        const read = all.findIndex((line) => line.includes(`pg_restore --file /dev/null < ${file} && echo`));
        const made = all.findIndex((line) => line.includes('pg_dump') && line.includes(file));
        const used = all.findIndex((line) => line.includes('--clean') && line.includes(file));
        expect({ file, read: read > made && (used === -1 || used > read) }).toEqual({ file, read: true });
      }
    }
    expect(lines('fall-back-and-return').filter((line) => line.includes('--file /dev/null'))).toHaveLength(3);
  });

  it('of the fallback too, before it is overwritten', () => {
    expect(
      missing(
        lines('fall-back-and-return'),
        /^pg_dump --host "\$\{fallback:\?\}".*fallback-before\.dump/,
        /^pg_restore --host "\$\{fallback:\?\}".*--clean/,
      ),
    ).toBeUndefined();
  });

  it('and what came over is counted on both sides', () => {
    const all = lines('fall-back-and-return');
    expect(
      missing(
        all,
        /tee rows-here\.txt/,
        /--clean/,
        /tee rows-fallback\.txt/,
        /^\[ -s rows-here.txt \] && diff rows-here/,
        /--clean/,
        /^\[ -s .* && diff rows-fallback-back/,
      ),
    ).toBeUndefined();
  });
});

describe('after a failover past the quorum', () => {
  const all = lines('failover-denied-by-quorum');

  it('a standby is made and waited for, because a commit needs one', () => {
    expect(
      missing(all, /promote state-hub-db/, /destroy state-hub-db/, /^until .*streaming.*-ge 1 \]/),
    ).toBeUndefined();
  });

  it('a write is tried, not only asked whether the primary is one', () => {
    expect(
      missing(
        lines('failover-denied-by-quorum', pages, 'Verify'),
        /pg_is_in_recovery/,
        /pg_logical_emit_message\(true/,
      ),
    ).toBeUndefined();
  });
});

describe('an instance is made anew', () => {
  it.each(['disk-full', 'node-lost', 'PhoenixDatabaseStandbysMissing'])(
    'in %s, and is whole before anything else: Ready is still true when destroy returns',
    (name) => {
      expect(
        missing(
          lines(name),
          / destroy state-hub-db /,
          /--for condition=Ready=false/,
          /--for condition=Ready --timeout/,
          /^until .*streaming.*-ge 2 \]/,
        ),
      ).toBeUndefined();
    },
  );
});

describe('the age key', () => {
  it('is replaced in the cluster: an apply would keep the entry that was made by hand', () => {
    const made = lines('rotate-age-key').filter((line) => line.includes('create secret generic sops-age'));
    expect(made).toHaveLength(2);
    made.forEach((line) => expect(line).toMatch(/--dry-run=client --output yaml \| kubectl replace -f -$/));
    expect(made[1]).not.toContain('old');
  });

  it.each(ENGINES)('is proven by a copy without the new one, in any shell, with %s', (_, delivery) => {
    const from = pagesWith({ delivery });
    const verify = lines('rotate-age-key', from, 'Verify');
    expect(verify.join('\n')).not.toMatch(/\$\{\w+:\?\}/);
    expect(
      missing(
        lines('rotate-age-key', from),
        /^install -m 600 .* ~\/state-hub-age\/old\.agekey$/,
        /^cat .* > ~\/state-hub-age\/both\.agekey$/,
        /SOPS_AGE_KEY_FILE="\$HOME\/state-hub-age\/new\.agekey" sops decrypt .* && echo readable/,
        /XDG_CONFIG_HOME=\/nonexistent SOPS_AGE_KEY_FILE="\$HOME\/state-hub-age\/old\.agekey" sops decrypt/,
      ),
    ).toBeUndefined();
    expect(from.get('rotate-age-key')).toContain('must fail with `no identity matched any of the recipients`');
  });
});

describe('each engine', () => {
  it.each(ENGINES)('is told what it needs and nothing else, with %s', (name, delivery) => {
    for (const [page, text] of pagesWith({ delivery })) {
      expect({ page, flux: /^ *flux /m.test(text) && !/Flux|both/.test(name) }).toEqual({ page, flux: false });
      expect({ page, argo: /argocd/.test(text) && !/Argo|both/.test(name) }).toEqual({ page, argo: false });
    }
  });

  it('is named before each of its blocks where both are declared, because only one delivers', () => {
    for (const [page, text] of pages) {
      const parts = text.split(/^(?=Where (?:Flux|Argo CD) delivers|## |\d+\. | {3}Where )/m);
      for (const part of parts) {
        const label = /^ *(?:\d+\. )?Where (Flux|Argo CD) delivers/.exec(part)?.[1];
        expect({ page, part, ok: !/^ *flux /m.test(part) || label === 'Flux' }).toMatchObject({ ok: true });
        const argo = /^ *argocd |dist\/argocd|field-manager argocd/m.test(part);
        expect({ page, part, ok: !argo || label === 'Argo CD' }).toMatchObject({ ok: true });
      }
    }
  });

  it.each(ENGINES)(
    'gets the Secrets between the namespace and the database in a restore, with %s',
    (name, delivery) => {
      const all = lines('restore-cluster', pagesWith({ delivery }));
      const byFlux = [/^flux resume kustomization state-hub-base state-hub-secrets state-hub-database /];
      const byHand = [
        /^kubectl apply .*manifests\/state-hub-base$/,
        /^for file in secrets\/\*\.sops\.yaml; do sops decrypt/,
        /^kubectl apply .*manifests\/state-hub-database$/,
      ];
      const wanted = { Flux: byFlux, 'Argo CD': byHand, 'no engine': byHand, both: [...byFlux, ...byHand] }[name]!;
      expect(missing(all, ...wanted)).toBeUndefined();
    },
  );

  it('of Argo CD that has the Secrets in another folder needs no hand for them', () => {
    const engine = new ArgoCd({
      path: '.',
      repository: 'https://git.example.net/x.git',
      folders: { secrets: 'sealed' },
    });
    const from = pagesWith({ delivery: [engine] });
    expect(lines('restore-cluster', from).join('\n')).not.toContain('| kubectl apply --server-side -f -');
    expect(lines('restore-cluster', from)).toContain(
      'kubectl --namespace state-hub get secrets state-hub-db-owner state-hub-db-backup',
    );
    expect(lines('rotate-credentials', from)).toContain('argocd app sync state-hub-core');
  });

  it('starts the API again where there is none to do it', () => {
    const all = lines('fall-back-and-return', pagesWith({ delivery: [] }));
    expect(
      missing(
        all,
        /--replicas 0/,
        /reset default_transaction_read_only/,
        /scale deployment state-hub-api --replicas 3/,
      ),
    ).toBeUndefined();
  });

  it('fetches from the source that it has', () => {
    const source = { kind: 'OCIRepository', name: 'artifacts', namespace: 'sources' } as const;
    const oci = lines('restore-cluster', pagesWith({ delivery: [flux({ source })] }));
    expect(oci).toContain('flux reconcile source oci artifacts --namespace sources');
    expect(lines('restore-cluster')).toContain('flux reconcile source git flux-system --namespace flux-system');
  });
});

describe('a restore', () => {
  it('is judged by counted rows: statistics start at 0 after it', () => {
    expect([...pages].filter(([, text]) => /n_live_tup|reltuples/.test(text))).toEqual([]);
    expect(lines('restore-cluster', pages, 'Verify').join('\n')).toMatch(/count\(\*\)/);
  });

  it('says before it starts that kept volumes need as much again', () => {
    const check = pages.get('restore-cluster')!.split('## Check')[1]!.split('## Act')[0]!;
    expect(check).toContain('20 GiB for data and 8 GiB for WAL beside what is there');
    expect(lines('restore-cluster', pages, 'Check').join('\n')).toContain('df -h');
  });

  it.each(['restore-cluster', 'restore-to-a-point-in-time'])(
    'on a new platform, %s commits before an engine looks',
    (name) => {
      const text = pages.get(name)!;
      const [, first, then] = /Do step (\d) first, and only then install .* Go on with step (\d)\./.exec(text)!;
      const step = (n: string) => text.split(`\n${n}. `)[1]!.split(/\n\d\. /)[0]!;
      expect(step(first!)).toContain('git push');
      expect(step(then!)).toContain('flux resume');
      expect(step(`${Number(then) - 1}`)).toContain('--for delete');
    },
  );

  it('waits until the old instances are gone, which the new Cluster would take for its own', () => {
    expect(
      missing(
        lines('restore-cluster'),
        /delete clusters\.postgresql/,
        /wait pods,persistentvolumeclaims .* --for delete/,
        /^flux resume/,
      ),
    ).toBeUndefined();
  });
});

/** `worst` of a row of the decision record, as text and in seconds. */
function record(built: ReturnType<typeof stateHub>) {
  const { database, api, backupSchedule, companions, scope } = built;
  const parts = { platform: database.platform, database, api, backupSchedule, objectStore: database.objectStore };
  const document = new DecisionRecord(scope, `record-${scope.node.children.length}`, {
    database,
    api,
    backupSchedule,
    companions,
    path: `record-${scope.node.children.length}.md`,
    prediction: () => predict(predictionInput(parts)),
  });
  const text = document.text();
  return (row: string) => {
    const cells = text
      .split('\n')
      .find((line) => line.startsWith(row))!
      .slice(row.length)
      .split('|');
    const [, typical = '', worst = ''] = cells.map((cell) => cell.trim());
    const units = { d: 86_400, h: 3600, min: 60, s: 1 };
    const seconds = [...worst.matchAll(/([\d.]+) (d|h|min|s)/g)].reduce(
      (sum, [, n, unit]) => sum + Number(n) * units[unit as 's'],
      0,
    );
    return { typical, worst, seconds };
  };
}

const platform = new Platform({ ...FACTS, kubernetes: '1.30', storage: FACTS.storage });

describe.each([
  ['as it is', () => stateHub()],
  ['on Kubernetes 1.30', () => stateHub({ platform })],
])('figures of the pages, %s', (_, build) => {
  const built = build();
  const from = pagesOf(built);
  const figure = record(built);
  const minutes = (line: string) => Number(/--timeout (\d+)m/.exec(line)![1]);

  it('are those of the decision record', () => {
    const failover = figure('| nodeLoss | writes are out |');
    expect(from.get('node-lost')).toContain(`at most ${failover.worst}, `);
    expect(from.get('PhoenixDatabaseNoPrimary')).toContain(`at most ${failover.worst}.`);
    const restore = figure('| clusterLoss | writes are out |');
    expect(from.get('restore-cluster')).toContain(`usually ${restore.typical}, at worst ${restore.worst}`);
    expect(from.get('restore-cluster')).toContain(`up to ${figure('| clusterLoss | writes are lost |').worst}.`);
    const back = figure('| humanError | writes are out |');
    expect(from.get('restore-to-a-point-in-time')).toContain(`usually ${back.typical}, at worst ${back.worst}`);
  });

  it('bound the waits: no command gives up before the worst case of the record', () => {
    const waits = [
      ['restore-cluster', '| clusterLoss | writes are out |'],
      ['restore-to-a-point-in-time', '| humanError | writes are out |'],
    ] as const;
    for (const [name, row] of waits) {
      const line = lines(name, from).find((x) => x.includes('--for condition=Ready --timeout'))!;
      expect(minutes(line) * 60).toBeGreaterThanOrEqual(figure(row).seconds);
    }
  });
});

describe('figures', () => {
  it('follow the objects: a replica that tolerates a lost node for long moves late', () => {
    const built = stateHub();
    for (const i of [0, 1]) {
      built.api.apiObject.addJsonPatch(
        JsonPatch.replace(`/spec/template/spec/tolerations/${i}/tolerationSeconds`, 300),
      );
    }
    expect(pagesOf(built).get('node-lost')).toContain(
      'Replicas of `state-hub-api` that were there move 5 min after that',
    );
    expect(pages.get('node-lost')).toContain('that were there move 30 s after that; all are back within 4 min 35 s');
  });

  it('follow what was measured', () => {
    const wait = (measured: PlatformProps['measured']) => {
      const platform = new Platform({ ...FACTS, ...(measured === undefined ? {} : { measured }) });
      const line = lines('restore-cluster', pagesWith({ platform })).find((x) => x.includes('Ready --timeout'))!;
      return Number(/--timeout (\d+)m/.exec(line)![1]);
    };
    expect(wait({ databaseSize: Size.gibibytes(1) })).toBeLessThan(wait(undefined) - 15);
    expect(wait({ restoreThroughput: Size.mebibytes(5) })).toBeGreaterThan(wait(undefined) + 50);
  });

  it('of alerts are those of the alerts', () => {
    const { monitoring } = stateHub();
    for (const alert of monitoring!.alerts) {
      const text = pages.get(alert.name)!;
      const head = text.split('## Impact')[0]!;
      const said = [...head.matchAll(/ for (\d+) (minute|hour)s?\b/g)].map(([, n, unit]) => `${n}${unit![0]}`);
      said.forEach((duration) =>
        expect({ alert: alert.name, duration }).toEqual({ alert: alert.name, duration: alert.for }),
      );
    }
    expect(pages.get('PhoenixDatabaseNoPrimary')).toContain('has accepted writes for 2 minutes.');
    expect(pages.get('PhoenixWalArchivingBehind')).toMatch(/^# state-hub-db has more than 16 WAL files/);
  });
});
