import { isObject } from '../resource';
import { type SchemaBundle, type SchemaNode, countPresent, duplicateIndex } from './_engine';

/** Whether a value obeys a schema. */
export type Accepts = (value: unknown) => boolean;

/** What is let pass, beside what is right. */
export interface Lenience {
  /** Whether required fields may be missing: the object is a patch. */
  readonly incomplete?: boolean;
  /** A text that stands for any value. */
  readonly wildcard?: string;
}

type Fields = Readonly<Record<string, unknown>>;
type Check<T> = (value: T) => boolean;
type Is<T> = (value: unknown) => value is T;

/**
 * Whether a value obeys the schema of a kind, without saying why not. Why is the business of the code that ajv generated,
 * which takes ten times as long to load as this takes to judge. A schema becomes a function when a value first comes to
 * it; what is not understood is not accepted, and ajv has the last word. `quick-check.test.ts` holds the two together.
 */
export function accepts(bundle: SchemaBundle, kind: string, lenience: Lenience = {}): Accepts {
  const key = `${lenience.incomplete === true} ${lenience.wildcard ?? ''}`;
  const makers = MAKERS.get(bundle) ?? new Map<string, Maker>();
  MAKERS.set(bundle, makers);
  const maker = makers.get(key) ?? new Maker(bundle, lenience);
  makers.set(key, maker);
  return maker.kind(kind);
}

const MAKERS = new WeakMap<SchemaBundle, Map<string, Maker>>();

class Maker {
  private readonly kinds = new Map<string, Accepts>();
  private readonly definitions = new Map<string, Accepts>();

  public constructor(
    private readonly bundle: SchemaBundle,
    private readonly lenience: Lenience,
  ) {}

  public kind(id: string): Accepts {
    return this.once(this.kinds, id, this.bundle.kinds);
  }

  private make(node: SchemaNode): Accepts {
    const keywords = Object.keys(node);
    if (node.$ref !== undefined && keywords.length === 1) {
      return this.definition(node.$ref);
    }
    if (keywords.some((keyword) => !KEYWORDS.has(keyword)) || node.enum?.some(isCompound) === true) {
      return never;
    }
    const { enum: values, type = TYPES } = node;
    const { wildcard } = this.lenience;
    const typed = either([type].flat().map((one) => this.ofType(one, node)));
    const listed = values === undefined ? typed : (value: unknown) => values.includes(value) && typed(value);
    return wildcard === undefined ? listed : (value) => value === wildcard || listed(value);
  }

  private ofType(type: string, node: SchemaNode): Accepts {
    switch (type) {
      case 'string':
        return where(isText, textChecks(node));
      case 'number':
        return where(Number.isFinite as Is<number>, numberChecks(node));
      case 'integer':
        return where(Number.isInteger as Is<number>, numberChecks(node));
      case 'boolean':
        return isBoolean;
      case 'array':
        return where(Array.isArray as Is<unknown[]>, this.listChecks(node));
      case 'object':
        return where(isObject as Is<Fields>, this.objectChecks(node));
      case 'null':
        return isNull;
      default:
        return never;
    }
  }

  private definition(reference: string): Accepts {
    const name = reference.slice('#/$defs/'.length).replace(/~1/g, '/').replace(/~0/g, '~');
    return this.once(this.definitions, name, this.bundle.$defs);
  }

  private once(made: Map<string, Accepts>, name: string, nodes: Readonly<Record<string, SchemaNode>>): Accepts {
    let one = made.get(name);
    if (one === undefined) {
      made.set(name, (one = this.make(nodes[name] as SchemaNode)));
    }
    return one;
  }

  private objectChecks(node: SchemaNode): Check<Fields>[] {
    const { required, exactlyOne, atLeastOne, atMostOne, minProperties, maxProperties, propertyNames } = node;
    return present<Check<Fields>>([
      required && this.lenience.incomplete !== true && ((object) => hasAll(object, required)),
      this.fields(node),
      propertyNames && this.names(propertyNames),
      exactlyOne && ((object) => countPresent(object, exactlyOne) === 1),
      atLeastOne && ((object) => countPresent(object, atLeastOne) > 0),
      atMostOne && ((object) => countPresent(object, atMostOne) <= 1),
      minProperties !== undefined && ((object) => Object.keys(object).length >= minProperties),
      maxProperties !== undefined && ((object) => Object.keys(object).length <= maxProperties),
    ]);
  }

  /** A kind has hundreds of fields and an object few of them: each is made when an object first has it. */
  private fields({ properties = {}, additionalProperties = true }: SchemaNode): Check<Fields> | undefined {
    const others = this.others(additionalProperties);
    if (Object.keys(properties).length === 0) {
      return others && ((object) => isEachOf(object, others));
    }
    const known = new Map<string, Accepts>();
    return (object) => {
      for (const name in object) {
        const value = object[name];
        let check = known.get(name);
        if (check === undefined && Object.hasOwn(properties, name)) {
          known.set(name, (check = this.make(properties[name] as SchemaNode)));
        }
        if (check === undefined ? others?.(value) === false : value !== undefined && !check(value)) {
          return false;
        }
      }
      return true;
    };
  }

  /** What fields without a name in the schema obey; `undefined` where they may be anything. */
  private others(node: boolean | SchemaNode): Accepts | undefined {
    if (typeof node === 'boolean') {
      return node ? undefined : never;
    }
    return this.later(node);
  }

  private names(node: SchemaNode): Check<Fields> {
    const check = this.later(node);
    return (object) => {
      for (const name in object) {
        if (!check(name)) {
          return false;
        }
      }
      return true;
    };
  }

  private listChecks({ items, minItems, maxItems, listMapKeys, unique }: SchemaNode): Check<unknown[]>[] {
    const item = items && this.later(items);
    return present<Check<unknown[]>>([
      minItems !== undefined && ((list) => list.length >= minItems),
      maxItems !== undefined && ((list) => list.length <= maxItems),
      item && ((list) => isEach(list, item)),
      listMapKeys && ((list) => duplicateIndex(list, listMapKeys) < 0),
      unique && ((list) => duplicateIndex(list, unique) < 0),
    ]);
  }

  /** As `make`, when it is first called: a schema may hold itself. */
  private later(node: SchemaNode): Accepts {
    let made: Accepts | undefined;
    return (value) => (made ??= this.make(node))(value);
  }
}

const TYPES = ['string', 'number', 'boolean', 'object', 'array', 'null'];
const KEYWORDS = new Set<string>([
  'additionalProperties',
  'atLeastOne',
  'atMostOne',
  'enum',
  'exactlyOne',
  'items',
  'listMapKeys',
  'maxItems',
  'maxLength',
  'maxProperties',
  'maximum',
  'minItems',
  'minLength',
  'minProperties',
  'minimum',
  'pattern',
  'properties',
  'propertyNames',
  'required',
  'type',
  'unique',
] satisfies (keyof SchemaNode)[]);

function textChecks({ pattern, minLength, maxLength }: SchemaNode): Check<string>[] {
  const expression = pattern === undefined ? undefined : new RegExp(pattern, 'u');
  return present<Check<string>>([
    minLength !== undefined && ((text) => text.length >= 2 * minLength || characters(text) >= minLength),
    maxLength !== undefined && ((text) => text.length <= maxLength || characters(text) <= maxLength),
    expression && ((text) => expression.test(text)),
  ]);
}

function numberChecks({ minimum, maximum }: SchemaNode): Check<number>[] {
  return present<Check<number>>([
    minimum !== undefined && ((number) => number >= minimum),
    maximum !== undefined && ((number) => number <= maximum),
  ]);
}

/** As `every`, which passes over holes. */
function isEach(list: readonly unknown[], check: Accepts): boolean {
  for (const item of list) {
    if (!check(item)) {
      return false;
    }
  }
  return true;
}

function isEachOf(object: Fields, check: Accepts): boolean {
  for (const name in object) {
    if (!check(object[name])) {
      return false;
    }
  }
  return true;
}

function hasAll(object: Fields, names: readonly string[]): boolean {
  for (const name of names) {
    if (object[name] === undefined) {
      return false;
    }
  }
  return true;
}

/** Length as a schema counts it: a surrogate pair is one. */
function characters(text: string): number {
  let count = 0;
  for (let i = 0; i < text.length; i += text.codePointAt(i)! > 0xffff ? 2 : 1) {
    count += 1;
  }
  return count;
}

function isCompound(value: unknown): boolean {
  return typeof value === 'object' && value !== null;
}

function never(): boolean {
  return false;
}

function isText(value: unknown): value is string {
  return typeof value === 'string';
}

function isBoolean(value: unknown): boolean {
  return typeof value === 'boolean';
}

function isNull(value: unknown): boolean {
  return value === null;
}

/** A value of a type that passes each check. */
function where<T>(is: Is<T>, checks: readonly Check<T>[]): Accepts {
  return checks.reduce<Accepts>((before, check) => (value) => before(value) && check(value as T), is);
}

function either(kinds: readonly Accepts[]): Accepts {
  return kinds.reduce((before, kind) => (value) => before(value) || kind(value));
}

function present<T>(list: readonly (T | false | undefined)[]): T[] {
  return list.filter((one): one is T => one !== undefined && one !== false);
}
