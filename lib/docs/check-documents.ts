import type { IConstruct } from 'constructs';
import { PrivateAccess } from '../access/private-access';
import { ArgoCd } from '../gitops/argocd';
import { Flux } from '../gitops/flux';
import type { Delivery, OutputFile, RenderedUnit } from '../gitops/rendered';
import { RequiredSecret } from '../gitops/required-secret';
import { PostgresCluster } from '../postgres/postgres-cluster';
import { type CommandProblem, checkCommands } from './commands/check';
import { CommandWorld, known, type KnownObject } from './commands/world';
import { Document } from './document';

/**
 * Checks every command of every `Document` below `root`: verbs, kinds, names, namespaces, labels, files and flags. What
 * a command may name is what this app synthesizes, what CloudNativePG makes of it, and what each platform has.
 *
 * @param files all files of the app, with paths below its output folder
 */
export function checkDocuments(
  root: IConstruct,
  units: readonly RenderedUnit[],
  files: readonly OutputFile[],
  delivery: readonly Delivery[],
): CommandProblem[] {
  const paths = new Set(Document.findAll(root).map(({ path }) => `docs/${path}`));
  const documents = files.filter(({ path }) => paths.has(path));
  return documents.length === 0 ? [] : checkCommands(documents, appWorld(root, units, files, delivery));
}

/** All that the commands of an app's documents may name. */
export function appWorld(
  root: IConstruct,
  units: readonly RenderedUnit[],
  files: readonly OutputFile[],
  delivery: readonly Delivery[],
): CommandWorld {
  const constructs = root.node.findAll();
  const flux = delivery.filter((x): x is Flux => x instanceof Flux);
  const argocd = delivery.filter((x): x is ArgoCd => x instanceof ArgoCd);
  const peers = constructs.filter((x): x is PrivateAccess => x instanceof PrivateAccess).flatMap((x) => x.peers);
  const required = RequiredSecret.findAll(root);
  const at = flux[0] ?? argocd[0];
  const below = (path: string) => (at === undefined || at.folder === '' ? path : `${at.folder}/${path}`);
  const folders = [...new Set(units.map((unit) => unit.folder ?? 'secrets'))].map(below);
  const applications = files.flatMap(({ path }) => /^argocd\/Application\.(.+)\.yaml$/.exec(path)?.slice(1) ?? []);
  return new CommandWorld({
    manifests: units.flatMap((unit) => unit.objects.map((object) => object.manifest)),
    databases: constructs.filter((x): x is PostgresCluster => x instanceof PostgresCluster),
    secrets: required,
    texts: files.filter(({ path }) => /\.sh$|\/ssh_config$/.test(path)),
    declared: [
      ...peers.map(({ namespace }) => known('Namespace', namespace)),
      ...['default', 'cert-manager'].map((name) => known('Namespace', name)),
      known('Service', 'kubernetes', 'default'),
      ...flux.flatMap((engine) => ofFlux(engine, units)),
      ...argocd.flatMap(({ namespace }) => [
        known('ConfigMap', 'argocd-cm', namespace),
        ...applications.map((name) => known('Application', name, namespace)),
      ]),
    ],
    files: [
      ...files.map(({ path }) => `${below(at?.output ?? 'dist')}/${path}`),
      ...folders.flatMap((folder) => [
        `${folder}/.sops.yaml`,
        `${folder}/kustomization.yaml`,
        ...required.map(({ name }) => `${folder}/${name}.sops.yaml`),
      ]),
    ],
  });
}

/** Kustomizations of the units, and what a person makes beside them once: the one above, the key, the source. */
function ofFlux(engine: Flux, units: readonly RenderedUnit[]): KnownObject[] {
  const { namespace, source, decryptionSecret } = engine;
  const kustomizations = new Set(units.flatMap((unit) => [unit.name, unit.group]));
  return [
    ...[...kustomizations].map((name) => known('Kustomization', name, namespace)),
    known(source.kind, source.name, source.namespace ?? namespace),
    known('Secret', decryptionSecret, namespace),
  ];
}
