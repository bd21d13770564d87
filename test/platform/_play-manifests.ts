/**
 * Plays a small platform pod by pod, straight from manifests: every order in which the scheduler may place the pods, then
 * every loss, every drain and every loss during one. It is written from the Kubernetes, CloudNativePG and Longhorn
 * documentation and uses nothing of the library, not even its reading of objects. Slow on purpose.
 */
export interface SmallNode {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly taints: readonly Taint[];
  readonly schedulable: boolean;
}

interface Taint {
  readonly key: string;
  readonly value?: string;
  readonly effect: string;
}

/** Copies that the storage keeps of each volume, wherever it likes; `local`: on the disk of the pod's node. */
export type Copies = 'local' | number;

interface World {
  /** Node of each ready pod, by pod number; undefined while it is pending. */
  readonly at: readonly (string | undefined)[];
  /** Nodes cordoned by a drain. */
  readonly cordoned: string | undefined;
  /** Pod number of the primary; undefined if it is gone. */
  readonly primary: number | undefined;
}

type Any = any;

const CORDONED: Taint = { key: 'node.kubernetes.io/unschedulable', effect: 'NoSchedule' };
const LOST: Taint = { key: 'node.kubernetes.io/unreachable', effect: 'NoSchedule' };

/** Claims that fail in some history of this workload, as `event claim`, sorted. */
export function play(nodes: readonly SmallNode[], kind: string, workload: Any, budget: Any, storage: Copies): string[] {
  const failing = new Set<string>();
  const isDatabase = kind === 'Cluster';
  const pod = isDatabase ? workload.spec.affinity : workload.spec.template.spec;
  const count: number = isDatabase ? workload.spec.instances : workload.spec.replicas;
  const constraint = (isDatabase ? workload.spec.topologySpreadConstraints : pod.topologySpreadConstraints)?.[0];
  const fixed: string | undefined = isDatabase ? undefined : pod.nodeName;
  const synchronous = isDatabase ? workload.spec.postgresql.synchronous : undefined;
  const required = synchronous?.dataDurability === 'required';
  const asleep = isDatabase && workload.metadata.annotations?.['cnpg.io/reconciliationLoop'] === 'disabled';
  const copies = storage === 'local' ? Number.POSITIVE_INFINITY : Math.min(storage, nodes.length);
  const tolerations: Any[] = pod.tolerations ?? [];

  const matching = (taint: Taint): Any =>
    tolerations.find(
      (t) =>
        (t.effect === undefined || t.effect === taint.effect) &&
        (t.key === undefined || t.key === taint.key) &&
        (t.operator === 'Exists' || (t.value ?? '') === (taint.value ?? '')),
    );
  const alone = ((): boolean => {
    if (isDatabase) {
      return pod.podAntiAffinityType === 'required';
    }
    const port = pod.containers?.some((c: Any) => c.ports?.some((p: Any) => p.hostPort !== undefined)) === true;
    const term = pod.affinity?.podAntiAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.[0];
    const here =
      term?.namespaces === undefined && term?.namespaceSelector === undefined
        ? true
        : term.namespaces?.includes('shop') === true ||
          (term.namespaceSelector !== undefined && Object.keys(term.namespaceSelector).length === 0);
    // Among pods of one template no label differs.
    const itself = term !== undefined && here && term.mismatchLabelKeys === undefined;
    return port || (itself && fixed === undefined);
  })();

  const wanted = (node: SmallNode): boolean => {
    const fields: Record<string, string> = { ...node.labels, 'metadata.name': node.name };
    const terms = pod.nodeAffinity ?? pod.affinity?.nodeAffinity;
    const listed: Any[] | undefined = terms?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms;
    return (
      Object.entries(pod.nodeSelector ?? {}).every(([key, value]) => node.labels[key] === value) &&
      (listed === undefined ||
        listed.some((term) => {
          const wishes = [...(term.matchExpressions ?? []), ...(term.matchFields ?? [])];
          return wishes.length > 0 && wishes.every((wish) => wish.values.includes(fields[wish.key]));
        }))
    );
  };
  const repelled = (node: SmallNode, extra: readonly Taint[]): boolean =>
    [...node.taints, ...(node.schedulable ? [] : [CORDONED]), ...extra].some(
      (taint) =>
        (fixed === undefined ? taint.effect !== 'PreferNoSchedule' : taint.effect === 'NoExecute') &&
        matching(taint) === undefined,
    );
  const takes = (node: SmallNode, extra: readonly Taint[]): boolean =>
    wanted(node) && !repelled(node, extra) && (fixed === undefined || fixed === node.name);

  /** Losing or draining any other node takes none of these pods. */
  const own = nodes.filter((node) => takes(node, []));

  /** Nodes on which one more pod may start while `gone` has this taint. */
  const choices = (at: World['at'], gone: string | undefined, taint: Taint): string[] => {
    const on = (name: string): number => at.filter((where) => where === name).length;
    const extra = ({ name }: SmallNode): Taint[] => (name === gone ? [taint] : []);
    const spread = fixed === undefined ? constraint : undefined;
    const domains = nodes.filter(
      (node) =>
        (spread?.nodeAffinityPolicy === 'Ignore' || wanted(node)) &&
        (spread?.nodeTaintsPolicy !== 'Honor' || !repelled(node, extra(node))),
    );
    const least = domains.length < (spread?.minDomains ?? 1) ? 0 : Math.min(...domains.map(({ name }) => on(name)));
    return nodes
      .filter((node) => takes(node, extra(node)))
      .filter(({ name }) => !(alone && on(name) > 0))
      .filter(({ name }) => spread === undefined || on(name) + 1 - least <= spread.maxSkew)
      .map(({ name }) => name);
  };

  const ready = (at: World['at']): number => at.filter((where) => where !== undefined).length;

  /** All end states of scheduling one pod after the other; what is put on the lost node is not ready there. */
  const schedule = (at: World['at'], gone: string | undefined): World['at'][] => {
    const pending = at.indexOf(undefined);
    const open = pending < 0 ? [] : choices(at, gone, LOST);
    return open.length === 0 || (gone !== undefined && open.includes(gone))
      ? [at]
      : open.flatMap((name) => schedule(at.with(pending, name), gone));
  };

  const judge = (event: string, at: World['at'], primaryGone: boolean, standbysKnown: number): void => {
    const left = ready(at);
    if (!isDatabase) {
      if (left === 0) {
        failing.add(`${event} serving`);
      }
      return;
    }
    if (left < 1 + (required ? synchronous.number : 0) || (primaryGone && asleep)) {
      failing.add(`${event} writes`);
    }
    const counted = synchronous.failoverQuorum !== true || left + synchronous.number > standbysKnown;
    if (primaryGone && (left === 0 || !counted || asleep)) {
      failing.add(`${event} failover`);
    }
  };

  /** The same once more for each set of instances whose copies may all have been on the nodes that are gone. */
  const judgeVolumes = (event: string, gone: number, world: World, known: number): void => {
    if (!isDatabase || copies > gone) {
      return;
    }
    const there = world.at.flatMap((where, i) => (where === undefined ? [] : [i]));
    for (let chosen = 1; chosen < 2 ** there.length; chosen += 1) {
      const lost = there.filter((_, bit) => (chosen & (2 ** bit)) > 0);
      const at = world.at.map((where, i) => (lost.includes(i) ? undefined : where));
      judge(event, at, world.primary === undefined || at[world.primary] === undefined, known);
    }
  };

  /** Pods that may be evicted now, or the switchover that the operator does first. */
  const moves = ({ at, cordoned, primary }: World): World[] => {
    const here = at.flatMap((where, i) => (where === cordoned ? [i] : []));
    const without = (i: number): World => ({
      at: at.with(i, undefined),
      cordoned,
      primary: primary === i ? undefined : primary,
    });
    if (!isDatabase) {
      const after = ready(at) - 1;
      const keep =
        budget === undefined ? 0 : (budget.spec.minAvailable ?? Math.max(0, count - budget.spec.maxUnavailable));
      return here.flatMap((i) => (after >= keep ? [without(i)] : []));
    }
    if (workload.spec.enablePDB === false) {
      return here.map(without);
    }
    return here.flatMap((i) => {
      if (i === primary) {
        return asleep
          ? []
          : at.flatMap((where, j) => (where !== undefined && where !== cordoned ? [{ at, cordoned, primary: j }] : []));
      }
      const standbysAfter = ready(at) - 1 - (primary === undefined ? 0 : 1);
      return count < 3 || standbysAfter >= count - 2 ? [without(i)] : [];
    });
  };

  const placements = unique(
    schedule(
      Array.from({ length: count }, () => undefined),
      undefined,
    ).map((at) => ({ at, cordoned: undefined, primary: undefined })),
  );
  /** The pod is never evicted from a lost node. */
  const stays = ((): boolean => {
    const toleration = matching({ ...LOST, effect: 'NoExecute' });
    return toleration !== undefined && toleration.tolerationSeconds === undefined;
  })();
  for (const { at } of placements) {
    if (ready(at) < count) {
      failing.add('none placed');
    }
    const here = at.flatMap((where, i) => (where === undefined ? [] : [i]));
    const known = here.length - 1;
    const primaries: (number | undefined)[] = isDatabase ? here : [undefined];
    const occupied = [...new Set(at.filter((where) => where !== undefined))];
    for (const lost of occupied) {
      const left = at.map((where) => (where === lost ? undefined : where));
      const bound = isDatabase && (storage === 'local' || copies === 1 || asleep);
      const replaced = bound || stays ? [left] : schedule(left, lost);
      if (replaced.some((after) => ready(after) < here.length)) {
        failing.add('loss rescheduled');
      }
      primaries.forEach((primary) => judge('loss', left, primary !== undefined && at[primary] === lost, known));
    }
    for (const { name } of own) {
      const left = at.map((where) => (where === name ? undefined : where));
      primaries.forEach((primary) => judgeVolumes('loss', 1, { at: left, cordoned: undefined, primary }, known));
      primaries.forEach((primary) => drain({ at, cordoned: name, primary }, known));
    }
  }

  function drain(start: World, known: number): void {
    const affected = start.at.includes(start.cordoned);
    const seen = new Set<string>();
    const open = [start];
    if (isDatabase && copies === 1 && known >= 0) {
      // By default Longhorn keeps a node that has the last copy of a volume.
      failing.add('drain drainEnds');
    }
    while (open.length > 0) {
      const world = open.pop()!;
      if (seen.has(key(world))) {
        continue;
      }
      seen.add(key(world));
      const primaryGone = isDatabase && world.primary === undefined;
      if (affected) {
        judge('drain', world.at, primaryGone, known);
      }
      judgeVolumes('drain', 1, world, known);
      for (const { name } of own.filter(({ name }) => name !== world.cordoned)) {
        const left = world.at.map((where) => (where === name ? undefined : where));
        const gone = primaryGone || (isDatabase && world.at[world.primary!] === name);
        judge('lossDuringDrain', left, gone, known);
        judgeVolumes('lossDuringDrain', 2, { ...world, at: left }, known);
      }
      const pending = world.at.findIndex((where, i) => where === undefined && start.at[i] !== undefined);
      const bound = isDatabase && (storage === 'local' || copies === 1);
      const starts =
        pending < 0 || (isDatabase && asleep)
          ? []
          : choices(world.at, world.cordoned, CORDONED).filter((name) => !bound || name === start.at[pending]);
      if (starts.includes(start.cordoned!)) {
        // What was evicted comes back, and is evicted, and comes back.
        failing.add('drain drainEnds');
      }
      const next = [...moves(world), ...starts.map((name) => ({ ...world, at: world.at.with(pending, name) }))];
      if (next.length === 0 && world.at.includes(world.cordoned)) {
        failing.add('drain drainEnds');
      }
      open.push(...next);
    }
  }

  return [...failing].sort();
}

/** Pods are alike but for the primary, so only the counts tell worlds apart. */
function key({ at, cordoned, primary }: World): string {
  return `${at
    .map((where) => where ?? '-')
    .sort()
    .join()} ${cordoned} ${primary === undefined ? '-' : at[primary]}`;
}

function unique(worlds: readonly World[]): World[] {
  return [...new Map(worlds.map((world) => [key(world), world])).values()];
}
