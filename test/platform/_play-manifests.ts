/**
 * Plays a small platform pod by pod, straight from manifests: every order in which the scheduler may place the pods, then
 * every loss, every drain and every loss during one. It is written from the Kubernetes and CloudNativePG documentation and
 * uses nothing of the library, not even its reading of objects. Slow on purpose.
 */
export interface SmallNode {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly taints: readonly { readonly key: string; readonly effect: string }[];
  readonly schedulable: boolean;
}

interface World {
  /** Node of each ready pod, by pod number; undefined while it is pending. */
  readonly at: readonly (string | undefined)[];
  /** Nodes cordoned by a drain. */
  readonly cordoned: string | undefined;
  /** Pod number of the primary; undefined if it is gone. */
  readonly primary: number | undefined;
}

type Any = any;

/** Claims that fail in some history of this workload, as `event claim`, sorted. */
export function play(
  nodes: readonly SmallNode[],
  kind: string,
  workload: Any,
  budget: Any,
  nodeLocal: boolean,
): string[] {
  const failing = new Set<string>();
  const isDatabase = kind === 'Cluster';
  const pod = isDatabase ? workload.spec.affinity : workload.spec.template.spec;
  const count: number = isDatabase ? workload.spec.instances : workload.spec.replicas;
  const constraint = (isDatabase ? workload.spec.topologySpreadConstraints : pod.topologySpreadConstraints)?.[0];
  const alone = isDatabase
    ? pod.podAntiAffinityType === 'required'
    : pod.affinity?.podAntiAffinity?.requiredDuringSchedulingIgnoredDuringExecution !== undefined;
  const synchronous = isDatabase ? workload.spec.postgresql.synchronous : undefined;
  const required = synchronous?.dataDurability === 'required';

  const wanted = (node: SmallNode): boolean =>
    Object.entries(pod.nodeSelector ?? {}).every(([key, value]) => node.labels[key] === value);
  const tainted = (node: SmallNode, gone: string | undefined): boolean => {
    const taints = [
      ...node.taints,
      ...(node.schedulable && node.name !== gone
        ? []
        : [{ key: 'node.kubernetes.io/unschedulable', effect: 'NoSchedule' }]),
    ];
    return taints.some(
      (taint) =>
        taint.effect !== 'PreferNoSchedule' &&
        !(pod.tolerations ?? []).some((t: Any) => t.operator === 'Exists' && t.key === taint.key),
    );
  };

  /** Losing or draining any other node takes none of these pods. */
  const own = nodes.filter((node) => wanted(node) && !tainted(node, undefined));

  /** Nodes on which one more pod may start; `gone` is lost or cordoned. */
  const choices = (at: World['at'], gone: string | undefined): string[] => {
    const on = (name: string): number => at.filter((where) => where === name).length;
    const domains = nodes.filter(
      (node) =>
        (constraint?.nodeAffinityPolicy === 'Ignore' || wanted(node)) &&
        (constraint?.nodeTaintsPolicy !== 'Honor' || !tainted(node, gone)),
    );
    const least = Math.min(...domains.map(({ name }) => on(name)));
    return nodes
      .filter((node) => node.name !== gone && wanted(node) && !tainted(node, gone))
      .filter(({ name }) => !(alone && on(name) > 0))
      .filter(({ name }) => constraint === undefined || on(name) + 1 - least <= constraint.maxSkew)
      .map(({ name }) => name);
  };

  const ready = (at: World['at']): number => at.filter((where) => where !== undefined).length;

  /** All end states of scheduling one pod after the other, and whether one is left over in some of them. */
  const schedule = (at: World['at'], gone: string | undefined): World['at'][] => {
    const pending = at.indexOf(undefined);
    const open = pending < 0 ? [] : choices(at, gone);
    return open.length === 0 ? [at] : open.flatMap((name) => schedule(at.with(pending, name), gone));
  };

  const judge = (event: string, at: World['at'], primaryGone: boolean, standbysKnown: number): void => {
    const left = ready(at);
    if (!isDatabase) {
      if (left === 0) {
        failing.add(`${event} serving`);
      }
      return;
    }
    if (left < 1 + (required ? synchronous.number : 0)) {
      failing.add(`${event} writes`);
    }
    const promotable = left > 0 && (synchronous.failoverQuorum !== true || left + synchronous.number > standbysKnown);
    if (primaryGone && !promotable) {
      failing.add(`${event} failover`);
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
        return at.flatMap((where, j) =>
          where !== undefined && where !== cordoned ? [{ at, cordoned, primary: j }] : [],
        );
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
      const replaced = isDatabase && nodeLocal ? [left] : schedule(left, lost);
      if (replaced.some((after) => ready(after) < here.length)) {
        failing.add('loss rescheduled');
      }
      primaries.forEach((primary) => judge('loss', left, primary !== undefined && at[primary] === lost, known));
    }
    for (const primary of primaries) {
      own.forEach(({ name }) => drain({ at, cordoned: name, primary }, known));
    }
  }

  function drain(start: World, known: number): void {
    const affected = start.at.includes(start.cordoned);
    const seen = new Set<string>();
    const open = [start];
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
      for (const { name } of own.filter(({ name }) => name !== world.cordoned)) {
        const left = world.at.map((where) => (where === name ? undefined : where));
        const gone = primaryGone || (isDatabase && world.at[world.primary!] === name);
        judge('lossDuringDrain', left, gone, known);
      }
      const pending =
        isDatabase && nodeLocal
          ? -1
          : world.at.findIndex((where, i) => where === undefined && start.at[i] !== undefined);
      const starts =
        pending < 0
          ? []
          : choices(world.at, world.cordoned).map((name) => ({ ...world, at: world.at.with(pending, name) }));
      const next = [...moves(world), ...starts];
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
