import { type Complain, parse, type Place, type Tool, usage, verbs } from './_grammar';
import { namespace, oneOf } from './_values';
import { UNKNOWN } from './_shell';

/** `flux`, as documents use it: what is paused, resumed and fetched. */
export const flux: Tool = (texts, place, complain) => {
  const { flags, words } = parse(
    texts,
    { '--namespace': namespace, '--with-source': 'switch', '--watch': 'switch' },
    place,
    complain,
  );
  const [verb = '', kind = '', ...rest] = words;
  const at = flags.get('--namespace')?.[0] ?? 'flux-system';
  const isSource = verb === 'reconcile' && kind === 'source';
  if (!['suspend', 'resume', 'reconcile', 'get'].includes(verb)) {
    complain(`flux has no verb '${verb}'`);
  }
  if (!isSource && kind !== 'kustomization' && (verb !== 'get' || kind !== 'kustomizations')) {
    complain(`flux ${verb} does not know '${kind}'`);
  }
  if (!place.world.namespaces.has(at)) {
    complain(`no namespace '${at}' for flux`);
  }
  const source = { git: 'GitRepository', oci: 'OCIRepository' }[rest[0] ?? ''];
  if (isSource && source === undefined) {
    complain(`flux knows no source '${rest[0] ?? ''}'`);
    return;
  }
  const wanted = isSource ? source! : 'Kustomization';
  for (const name of isSource ? rest.slice(1) : rest) {
    if (!place.world.has(wanted, name, at)) {
      complain(`no ${wanted} '${name}' in namespace '${at}'`.replaceAll(UNKNOWN, '...'));
    }
  }
};

const application = (text: string, { world }: Place) =>
  world.hasAnywhere('Application', text) || text === 'NAME' ? undefined : `no Application '${text}'`;
const ofApplication = { words: [application] };

/** `argocd app ...`. */
export const argocd: Tool = (texts: readonly string[], place: Place, complain: Complain) => {
  if (texts[0] !== 'app') {
    complain(`argocd has no '${texts[0] ?? ''}'`);
    return;
  }
  app(texts.slice(1), place, complain);
};

const app = verbs('argocd app', {
  set: { ...ofApplication, flags: { '--sync-policy': oneOf('none', 'automated') } },
  get: ofApplication,
  sync: ofApplication,
  delete: { ...ofApplication, flags: { '--cascade': oneOf('true', 'false') } },
  'confirm-deletion': ofApplication,
  'terminate-op': ofApplication,
  list: usage({}),
});
