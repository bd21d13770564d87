import { randomBytes } from 'node:crypto';
import { lookup } from 'node:dns/promises';
import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parse } from 'yaml';
import { wasNotMade } from '../drill/readiness/_look';
import { readinessMarkdown } from '../drill/readiness/markdown';
import { runReadiness } from '../drill/readiness/readiness';
import { parseConfig, type ReadinessConfig, type RunnerConfig } from '../drill/runner/config';
import { seal, sha256 } from '../evidence/digest';
import type { Evidence } from '../evidence/evidence';
import { chainOf, readHistory, type History } from '../evidence/history';
import { CLUSTER_OPTIONS, withCluster } from './_cluster';
import { type CommandIo, UsageMistake, command } from './_command';
import { keepEvidence } from './_evidence-files';
import { paint } from './_paint';
import { printable } from '../_printable';

const HTTP_MS = 10_000;
const CONFIG = 'dist/manifests/state-hub-drills/ConfigMap.state-hub.state-hub-readiness-check.yaml';

/** `phoenix readiness`: the readiness check from any machine with a kubeconfig. */
export const readiness = command({
  name: 'readiness',
  summary: 'compare a cluster with what the platform declares, seen from this machine',
  help: `
Reads nodes, definitions, operators, storage classes and metrics of the cluster, asks for names and addresses from this
machine, and compares all of it with the configuration that synthesis wrote for the readiness check. It changes nothing
in the cluster. What your account may not read is 'not checked', and then the verdict is not 'passed'.

Writes one evidence document into the output folder, and readiness.md, which shows this machine beside every other
place whose evidence lies there: run it on each machine with its own --from, or pull the evidence of the Job.

Exit code 2 says that the cluster is not as declared, or that something could not be checked.`,
  positionals: { usage: 'CONFIG', min: 1, max: 1, description: 'configuration of the readiness check: the ConfigMap that synthesis wrote, or the JSON in it' }, // prettier-ignore
  options: {
    from: { type: 'string', value: 'NAME', description: 'what this place is called in reports; required' },
    output: { type: 'string', short: 'o', value: 'DIR', default: 'evidence', description: 'folder for evidence and readiness.md' }, // prettier-ignore
    url: { type: 'string', value: 'URL', multiple: true, description: 'an address that must answer 200 from here' },
    ...CLUSTER_OPTIONS,
  },
  examples: [
    [`phoenix readiness ${CONFIG} --from operator`, 'from the machine you sit at'],
    [`phoenix readiness ${CONFIG} --from coulombcore --context threephoenix`, 'from another host'],
  ],
  async run({ options, positionals }, io) {
    const { from } = options;
    if (from === undefined || !/^[A-Za-z0-9][-.A-Za-z0-9]{0,62}$/.test(from)) {
      throw new UsageMistake(
        `--from must name this place with letters, digits, '-' and '.', got '${from ?? 'nothing'}'`,
      );
    }
    const config = readConfig(io, positionals[0]!);
    const urls = [...(config.readiness.urls ?? []), ...options.url];
    const expected = { ...config.readiness, from, urls };
    const started = new Date();
    const findings = await withCluster(io, options, (kubernetes) => runReadiness(expected, { ...EDGES, kubernetes }));
    const folder = resolve(io.cwd, options.output);
    mkdirSync(folder, { recursive: true });
    const before = historyIn(folder);
    const finished = new Date();
    const document = {
      schema: 'cdk8s-phoenix/evidence/v1' as const,
      drill: 'readiness' as const,
      runId: `${started.toISOString().slice(0, 19).replace(/[-:]/g, '').toLowerCase()}-${randomBytes(3).toString('hex')}`, // prettier-ignore
      service: config.service,
      platform: config.platform,
      startedAt: started.toISOString(),
      finishedAt: finished.toISOString(),
      expiresAt: new Date(finished.getTime() + config.evidence.expiresAfterSeconds * 1000).toISOString(),
      manifestsDigest: config.manifestsDigest,
      // Not a bundle here: the module that this process runs.
      runnerDigest: sha256(readFileSync(__filename)),
      ...findings,
    };
    const chain = before.documents.filter((d) => chainOf(d.evidence) === chainOf(document));
    const evidence = seal({ ...document, previousDigest: chain.at(-1)?.evidence.digest ?? null });
    keepEvidence(io, options.output, `${evidence.runId}.json`, JSON.stringify(evidence));
    const same = before.documents
      .map((d) => d.evidence)
      .filter((e) => e.service === evidence.service && e.platform === evidence.platform);
    writeFileSync(join(folder, 'readiness.md'), readinessMarkdown([...same, evidence], finished));
    before.problems.forEach((p) => io.stderr(`${printable(`${p.source} was left out: ${p.problem}`)}\n`));
    io.stdout(asText(evidence, io));
    io.stderr(`wrote ${join(options.output, `${evidence.runId}.json`)} and ${join(options.output, 'readiness.md')}\n`);
    return evidence.verdict === 'passed' ? 0 : 2;
  },
});

const EDGES = {
  resolve: async (host: string) => (await lookup(host, { all: true })).map(({ address }) => address),
  status: async (url: string) => {
    const response = await fetch(url, { signal: AbortSignal.timeout(HTTP_MS), redirect: 'manual' });
    await response.body?.cancel();
    return response.status;
  },
  now: () => performance.now(),
  inCluster: false,
};

function readConfig(io: CommandIo, file: string): RunnerConfig & { readonly readiness: ReadinessConfig } {
  const text = readFileSync(resolve(io.cwd, file), 'utf8');
  let config: RunnerConfig;
  try {
    const { kind, data } = parse(text) as { kind?: string; data?: Record<string, string> };
    config = parseConfig(file, kind === 'ConfigMap' ? (data?.['config.json'] ?? '') : text);
  } catch (error) {
    throw new UsageMistake(`'${file}' is no configuration of the drills: ${(error as Error).message}`);
  }
  if (config.readiness === undefined) {
    throw new UsageMistake(`'${file}' has no 'readiness': it says nothing to compare the cluster with`);
  }
  return { ...config, readiness: config.readiness };
}

function historyIn(folder: string): History {
  const names = existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith('.json')) : [];
  return readHistory(names.toSorted().map((source) => ({ source, text: readFileSync(join(folder, source), 'utf8') })));
}

/** One line a check, and a second one where something else was expected. What could not be checked is neither. */
function asText(evidence: Evidence, io: CommandIo): string {
  const width = Math.max(...evidence.checks.map(({ name }) => name.length));
  const rows = evidence.checks.map((check) => {
    const { name, ok, expected, observed } = check;
    const sign = ok ? paint(io, 'green', '✓') : wasNotMade(check) ? paint(io, 'yellow', '?') : paint(io, 'red', '✗');
    const more =
      ok || wasNotMade(check)
        ? ''
        : paint(io, 'dim', `${' '.repeat(width + 4)}expected: ${printable(expected)}`) + '\n';
    return `${sign} ${name.padEnd(width)}  ${printable(observed)}\n${more}`;
  });
  const color = { passed: 'green', failed: 'red', aborted: 'yellow' } as const;
  return `${rows.join('')}\n${paint(io, color[evidence.verdict], evidence.verdict)}: ${printable(evidence.reason)}\n`;
}
