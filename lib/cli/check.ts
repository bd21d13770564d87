import { existsSync, readFileSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { type CheckOptions, checkManifests } from '../policy/check';
import type { PolicyReport } from '../policy/finding';
import { readManifests } from '../policy/reading';
import type { ExternalObject } from '../policy/platform-facts';
import { rules } from '../policy/registry';
import { type KindEntry, builtInKinds } from '../policy/schema/_catalog';
import { nearest } from '../policy/schema/_suggest';
import { customKinds } from '../policy/schema/custom-kinds';
import { CLOUD_NATIVE_PG_VERSIONS, KUBERNETES_VERSIONS } from '../policy/versions';
import { type SourceFiles, filesOf, readAll } from './_check-files';
import { formats } from './_check-formats';
import { count } from './_check-words';
import { readPlatform } from './_check-platform';
import { type CommandIo, UsageMistake, command } from './_command';

/** `phoenix check`: reads manifests, hands them to `checkManifests`, prints what it says. */
export const check = command({
  name: 'check',
  summary: 'check Kubernetes manifests: schemas, references, high availability, known ways to lose data',
  help: `
Reads manifests as one set and says what the API server would refuse, what points nowhere, and what has cost others
their data or their sleep. It reads YAML and JSON files, folders with everything below them, folders with a
kustomization.yaml (the files it lists, without applying patches), and standard input. Values encrypted by sops are not
judged.

It needs no cluster and no network, and changes nothing. What it cannot judge offline is counted by its reason in every
format; --format json lists each case.

Objects that somebody else owns are named in the file given with --platform:

  kubernetes: "1.34"
  nodes: [railiance01, railiance02, railiance03]
  storageClasses: {local-path: nodeLocal}
  external:
    - {kind: Namespace, name: monitoring}
    - {kind: Secret, namespace: shop, name: shop-db-owner, keys: [username, password]}

To accept a finding, write its rule and the reason on the object:
  cdk8s-phoenix.dev/ignore-single-replica: "a batch program that may be late"`,
  positionals: {
    usage: '[FILE|DIR|-]...',
    min: 0,
    max: 1000,
    description: 'what to check; - is standard input (default: .)',
  },
  options: {
    format: {
      type: 'string',
      choices: Object.keys(formats),
      default: 'text',
      description: 'for people, programs, code hosts',
    },
    target: {
      type: 'string',
      value: 'VERSIONS',
      description: "versions that must take the manifests: '1.34' or 'kubernetes=1.34,cloudnative-pg=1.30'",
    },
    platform: { type: 'string', value: 'FILE', description: 'YAML with what is known of the cluster, as above' },
    crds: { type: 'string', value: 'FILE', multiple: true, description: 'CustomResourceDefinitions of more kinds' },
    rule: { type: 'string', value: 'NAME', multiple: true, description: 'run only these rules, beside the schemas' },
  },
  examples: [
    ['phoenix check dist', 'everything below a folder'],
    ['phoenix check dist --platform platform.yaml --format sarif > check.sarif', 'for a code host'],
    ['kubectl kustomize overlays/prod | phoenix check -', 'what kustomize makes'],
    ['phoenix check db.yaml --rule wal-volume-size --rule failover-quorum', 'two rules only'],
  ],
  async run({ options, positionals }, io) {
    const names = positionals.length === 0 ? ['.'] : positionals;
    const { files, kustomizations } = await readAll(names, io);
    const made = kustomizations.flatMap((one) => one.made);
    const report = judge(files, names, optionsOf(options, made, io));
    const format = formats[options.format] ?? formats['text'];
    io.stdout(format?.(report, files, io) ?? '');
    return report.findings.some(({ severity }) => severity === 'error') ? 2 : 0;
  },
});

interface CheckFlags {
  readonly target: string | undefined;
  readonly platform: string | undefined;
  readonly crds: readonly string[];
  readonly rule: readonly string[];
}

function judge(files: SourceFiles, names: readonly string[], options: CheckOptions): PolicyReport {
  const read = files.map(({ path, bytes, listed }) => readManifests(bytes, path, { lenient: !listed }));
  const inputs = read.flatMap((one) => one.inputs);
  const unreadable = read.flatMap(({ findings }) => findings);
  if (inputs.length + unreadable.length === 0) {
    const others = read.reduce((sum, one) => sum + one.others, 0);
    const what = others === 0 ? '' : `, only ${count(others, 'document')} of another sort`;
    throw new UsageMistake(
      `there is no Kubernetes object in ${names.map(named).join(' and ')}${what}: nothing to check`,
    );
  }
  const report = checkManifests(inputs, { ...options, incomplete: unreadable.length > 0 });
  return { ...report, failed: report.failed + unreadable.length, findings: [...unreadable, ...report.findings] };
}

function named(name: string): string {
  return name === '-' ? 'standard input' : `'${name}'`;
}

function optionsOf(flags: CheckFlags, made: readonly ExternalObject[], io: CommandIo): CheckOptions {
  const platform = flags.platform === undefined ? {} : readPlatform(readText(flags.platform, io), flags.platform);
  const chosen = flags.rule.map((name) => {
    const rule = rules.find((one) => one.name === name);
    if (rule === undefined) {
      const meant = nearest(
        name,
        rules.map((one) => one.name),
      );
      throw new UsageMistake(
        `there is no rule '${name}'${meant === undefined ? '; docs/rules.md lists them' : `, meant is '${meant}'`}`,
      );
    }
    return rule;
  });
  const definitions = flags.crds
    .flatMap((file) => filesOf(file, io))
    .flatMap(({ path, bytes }) => {
      const { inputs, findings } = readManifests(bytes, path);
      if (findings[0] !== undefined) {
        throw new UsageMistake(`'${path}' ${findings[0].message}`);
      }
      return inputs.map(({ manifest }) => manifest);
    });
  return {
    platform: { ...platform, ...targetOf(flags.target), external: [...(platform.external ?? []), ...made] },
    ...(chosen.length === 0 ? {} : { rules: chosen }),
    kinds: new Map([...builtInKinds(), ...kindsOf(definitions).map((kind) => [kind.id, kind] as const)]),
  };
}

function kindsOf(definitions: readonly unknown[]): readonly KindEntry[] {
  try {
    return customKinds(definitions);
  } catch (error) {
    throw new UsageMistake(`--crds: ${(error as Error).message}`);
  }
}

const TARGETS = {
  kubernetes: { field: 'kubernetes', allowed: KUBERNETES_VERSIONS },
  'cloudnative-pg': { field: 'cloudNativePg', allowed: CLOUD_NATIVE_PG_VERSIONS },
} as const;

function targetOf(target: string | undefined): { kubernetes?: string; cloudNativePg?: string } {
  const out: { kubernetes?: string; cloudNativePg?: string } = {};
  for (const part of target?.split(',') ?? []) {
    const [, name = 'kubernetes', version = ''] = /^(?:([^=]*)=)?(.*)$/.exec(part.trim()) ?? [];
    if (!Object.hasOwn(TARGETS, name) || !/^\d+\.\d+$/.test(version)) {
      throw new UsageMistake(`--target takes '1.34' or 'kubernetes=1.34,cloudnative-pg=1.30', got '${part}'`);
    }
    const { field, allowed } = TARGETS[name as keyof typeof TARGETS];
    if (!(allowed as readonly string[]).includes(version)) {
      throw new UsageMistake(`--target ${name}: known are ${allowed.join(', ')}, got '${version}'`);
    }
    out[field] = version;
  }
  return out;
}

function readText(file: string, io: CommandIo): string {
  const path = resolve(io.cwd, file);
  if (!existsSync(path) || statSync(path).isDirectory()) {
    throw new UsageMistake(`there is no file '${join(file)}'`);
  }
  return readFileSync(path, 'utf8');
}
