import type { IConstruct } from 'constructs';
import type { ExternalObject, PlatformFacts } from './platform-facts';

const FACTS = Symbol.for('cdk8s-phoenix.PlatformFacts');

/** What a construct knows of the cluster that its objects are for. */
export interface ConstructFacts extends PlatformFacts {
  /** Name of the platform; objects of different platforms are judged apart. */
  readonly platform?: string;
}

/** Records what the policy cannot read from manifests. A construct may do so more than once. */
export function addFacts(construct: IConstruct, facts: ConstructFacts): void {
  const known = factsOf(construct);
  Object.defineProperty(construct, FACTS, { value: [...known, facts], configurable: true });
}

/** What one construct recorded. */
export function factsOf(construct: IConstruct): readonly ConstructFacts[] {
  return ((construct as unknown as Record<symbol, unknown>)[FACTS] ?? []) as readonly ConstructFacts[];
}

/** Everything that constructs know, as one: later facts win, external objects add up. */
export function mergeFacts(all: readonly PlatformFacts[]): PlatformFacts {
  const external = new Map<string, ExternalObject>();
  for (const object of all.flatMap((facts) => facts.external ?? [])) {
    external.set(`${object.kind}/${object.namespace ?? ''}/${object.name}`, object);
  }
  return Object.assign({}, ...all, { external: [...external.values()] }) as PlatformFacts;
}
