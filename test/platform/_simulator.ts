import type { PodSet, Quorum } from '../../lib/platform/pod-set';

/**
 * Plays every step that a scheduler, a drain and a loss may take on a small platform, node by node. Written for the tests
 * alone, from the rules of Kubernetes and CloudNativePG; it shares nothing with the proof but the data type.
 *
 * Says which claims fail in at least one history.
 */
export function failingClaims(set: PodSet): Set<string> {
  const failing = new Set<string>();
  const world = new World(set, failing);
  for (const counts of world.placements()) {
    world.play(counts);
  }
  return failing;
}

interface State {
  /** Healthy pods by node. */
  readonly counts: readonly number[];
  /** Pods that were evicted and have no node yet. */
  readonly pending: number;
  /** Node of the primary; -1 if there is none. */
  readonly primary: number;
}

const total = (counts: readonly number[]): number => counts.reduce((sum, x) => sum + x, 0);
const plus = (counts: readonly number[], node: number, change: number): number[] =>
  counts.map((x, i) => (i === node ? x + change : x));

class World {
  private readonly quorum: Quorum | undefined;

  public constructor(
    private readonly set: PodSet,
    private readonly failing: Set<string>,
  ) {
    this.quorum = set.quorum;
  }

  /** All ways in which all pods, or as many as can be, were put on nodes one by one. */
  public placements(): number[][] {
    let wave = new Map([['', this.set.nodes.map(() => 0)]]);
    for (let pod = 0; pod < this.set.replicas; pod += 1) {
      const next = new Map<string, number[]>();
      for (const counts of wave.values()) {
        for (const node of this.open(counts, -1)) {
          const placed = plus(counts, node, 1);
          next.set(placed.join(), placed);
        }
      }
      if (next.size === 0) {
        this.failing.add('none placed');
        break;
      }
      wave = next;
    }
    return [...wave.values()];
  }

  public play(counts: readonly number[]): void {
    const nodes = counts.map((_, node) => node);
    const primaries = this.quorum === undefined ? [-1] : nodes.filter((node) => counts[node]! > 0);
    for (const primary of primaries) {
      const start = { counts, pending: 0, primary };
      for (const node of nodes) {
        this.lose(start, node, 'loss', total(counts));
        this.drain(start, node);
      }
    }
    const bound = this.quorum !== undefined && (this.quorum.volumes === 'nodeLocal' || this.quorum.copies === 1);
    const stays = bound || this.set.staysOnLostNode || this.quorum?.switchedOff !== undefined;
    if (!stays) {
      nodes.forEach((node) => this.reschedule(counts, node));
    } else if (total(counts) > 0) {
      this.failing.add('loss rescheduled');
    }
  }

  /** Whether all copies of volumes may be on so few nodes: the storage puts them where it likes. */
  private looseCopies(nodes: number): boolean {
    return this.quorum?.volumes === 'replicated' && this.quorum.copies <= nodes;
  }

  /** Nodes that may take one more pod while `closed` is lost or cordoned. */
  private open(counts: readonly number[], closed: number): number[] {
    const { onePerNode, spread } = this.set;
    const domains = [
      ...counts.filter((_, node) => node !== closed || spread?.countsLostNodes === true),
      ...(spread?.countsForeignNodes === true ? [0] : []),
      ...((closed < 0 ? spread?.tooFewNodes : spread?.tooFewNodesWithoutOne) === true ? [0] : []),
    ];
    return counts.flatMap((count, node) =>
      node === closed ||
      (onePerNode && count > 0) ||
      (spread !== undefined && count + 1 - Math.min(...domains) > spread.maxSkew)
        ? []
        : [node],
    );
  }

  private lose({ counts, primary }: State, node: number, event: string, placed: number): void {
    const left = plus(counts, node, -counts[node]!);
    this.judge(left, primary === node ? 'gone' : 'there', event, placed);
    if (this.looseCopies(event === 'loss' ? 1 : 2)) {
      this.loseVolumes(left, event, placed);
    }
  }

  /** One instance after the other finds that its volume was on what is gone; the primary may be the first. */
  private loseVolumes(counts: readonly number[], event: string, placed: number): void {
    counts.forEach((count, node) => {
      if (count > 0) {
        const fewer = plus(counts, node, -1);
        this.judge(fewer, 'gone', event, placed);
        this.loseVolumes(fewer, event, placed);
      }
    });
  }

  private judge(counts: readonly number[], primary: 'gone' | 'there', event: string, placed: number): void {
    const left = total(counts);
    if (this.quorum === undefined) {
      if (left === 0 && placed > 0) {
        this.failing.add(`${event} serving`);
      }
      return;
    }
    const { failoverQuorum, required, switchedOff, synchronousStandbys } = this.quorum;
    if (switchedOff !== undefined && primary === 'gone') {
      this.failing.add(`${event} writes`).add(`${event} failover`);
    }
    if (left - 1 < (required ? synchronousStandbys : 0)) {
      this.failing.add(`${event} writes`);
    }
    if (primary === 'gone' && (left === 0 || (failoverQuorum && !(left + synchronousStandbys > placed - 1)))) {
      this.failing.add(`${event} failover`);
    }
  }

  private drain(start: State, drained: number): void {
    const placed = total(start.counts);
    const seen = new Set<string>();
    const open: State[] = [start];
    while (open.length > 0) {
      const state = open.pop()!;
      const key = `${state.counts.join()} ${state.pending} ${state.primary}`;
      if (seen.has(key)) {
        continue;
      }
      seen.add(key);
      if (start.counts[drained]! > 0) {
        this.judge(state.counts, state.primary === -2 ? 'gone' : 'there', 'drain', placed);
      }
      if (this.looseCopies(1)) {
        this.loseVolumes(state.counts, 'drain', placed);
        if (placed > 0) {
          this.failing.add('drain drainEnds');
        }
      }
      state.counts.forEach((_, node) => {
        if (node !== drained) {
          this.lose(
            { ...state, primary: state.primary === -2 ? node : state.primary },
            node,
            'lossDuringDrain',
            placed,
          );
        }
      });
      const evictions = this.evictions(state, drained);
      if (this.set.returnsToDrain && this.quorum?.switchedOff === undefined && state.counts[drained]! > 0) {
        this.failing.add('drain drainEnds');
      }
      const next = [...evictions, ...this.starts(state, drained)];
      if (next.length === 0 && state.counts[drained]! > 0) {
        this.failing.add('drain drainEnds');
      }
      open.push(...next);
    }
  }

  private evictions(state: State, drained: number): State[] {
    const here = state.counts[drained]!;
    if (here === 0) {
      return [];
    }
    const evicted = { ...state, counts: plus(state.counts, drained, -1), pending: state.pending + 1 };
    if (this.quorum === undefined) {
      const { keepHealthy } = this.set;
      return keepHealthy === undefined || total(evicted.counts) >= keepHealthy ? [evicted] : [];
    }
    if (!this.quorum.budgets) {
      // Nothing asks before it evicts: the primary may be the one.
      return state.primary === drained ? [evicted, { ...evicted, primary: -2 }] : [evicted];
    }
    const switched =
      state.primary === drained && this.quorum.switchedOff === undefined
        ? state.counts.flatMap((count, node) => (node !== drained && count > 0 ? [{ ...state, primary: node }] : []))
        : [];
    const standbysHere = here - (state.primary === drained ? 1 : 0);
    const standbysLeft = total(evicted.counts) - 1;
    const allowed = this.set.replicas < 3 || standbysLeft >= this.set.replicas - 2;
    return [...switched, ...(standbysHere > 0 && allowed ? [evicted] : [])];
  }

  private starts(state: State, drained: number): State[] {
    const { quorum } = this;
    const bound = quorum?.volumes === 'nodeLocal' || quorum?.copies === 1 || quorum?.switchedOff !== undefined;
    if (state.pending === 0 || bound) {
      return [];
    }
    return this.open(state.counts, this.set.returnsToDrain ? -1 : drained).map((node) => ({
      ...state,
      counts: plus(state.counts, node, 1),
      pending: state.pending - 1,
    }));
  }

  private reschedule(before: readonly number[], lost: number): void {
    const stack: { counts: readonly number[]; pending: number }[] = [
      { counts: plus(before, lost, -before[lost]!), pending: before[lost]! },
    ];
    while (stack.length > 0) {
      const { counts, pending } = stack.pop()!;
      const nodes = pending === 0 ? [] : this.open(counts, lost);
      if (pending > 0 && nodes.length === 0) {
        this.failing.add('loss rescheduled');
      }
      stack.push(...nodes.map((node) => ({ counts: plus(counts, node, 1), pending: pending - 1 })));
    }
  }
}
