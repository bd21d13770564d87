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

  /** As `make`, when it is first called. */
  private later(node: SchemaNode): Accepts {
    let made: Accepts | undefined;
    return (value) => (made ??= this.make(node))(value);
  }

  private make(node: SchemaNode): Accepts {
    const keywords = Object.keys(node);
    if (node.$ref !== undefined && keywords.length === 1) {
      return this.definition(node.$ref);
    }
    if (keywords.some((keyword) => !KEYWORDS.has(keyword)) || node.enum?.some(isCompound) === true) {
      return () => false;
    }
    const { enum: values, type } = node;
    const may = (name: string): boolean => type === undefined || [type].flat().includes(name);
    const [text, number, integer, boolean, object, list] = TYPES.map(may);
    const nothing = may('null');
    const texts = textChecks(node);
    const numbers = numberChecks(node);
    const objects = this.objectChecks(node);
    const lists = this.listChecks(node);
    const { wildcard } = this.lenience;
    return (value) => {
      if (value === wildcard && wildcard !== undefined) {
        return true;
      }
      if (values !== undefined && !values.includes(value)) {
        return false;
      }
      if (typeof value === 'string') {
        return text === true && all(texts, value);
      }
      if (typeof value === 'number') {
        return (
          (number === true ? Number.isFinite(value) : integer === true && Number.isInteger(value)) &&
          all(numbers, value)
        );
      }
      if (typeof value === 'boolean') {
        return boolean === true;
      }
      if (Array.isArray(value)) {
        return list === true && all<unknown[]>(lists, value);
      }
      return value === null ? nothing : typeof value === 'object' && object === true && all(objects, value as Fields);
    };
  }

  private definition(reference: string): Accepts {
    const name = reference.slice('#/$defs/'.length).replace(/~1/g, '/').replace(/~0/g, '~');
    return this.once(this.definitions, name, this.bundle.$defs);
  }

  private once(made: Map<string, Accepts>, name: string, nodes: Readonly<Record<string, SchemaNode>>): Accepts {
    let one = made.get(name);
    if (one === undefined) {
      made.set(name, (one = this.later(nodes[name] as SchemaNode)));
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

  private fields({ properties = {}, additionalProperties = true }: SchemaNode): Check<Fields> | undefined {
    const known = new Map(Object.entries(properties).map(([name, node]) => [name, this.later(node)]));
    const rest = typeof additionalProperties === 'object' ? this.later(additionalProperties) : additionalProperties;
    if (known.size === 0 && rest === true) {
      return undefined;
    }
    return (object) => {
      for (const name in object) {
        const value = object[name];
        const check = known.get(name);
        if (
          check === undefined
            ? !(typeof rest === 'boolean' ? rest : rest(value))
            : !(value === undefined || check(value))
        ) {
          return false;
        }
      }
      return true;
    };
  }

  private names(node: SchemaNode): Check<Fields> {
    const check = this.later(node);
    return (object) => Object.keys(object).every(check);
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
}

const TYPES = ['string', 'number', 'integer', 'boolean', 'object', 'array'];
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

function all<T>(checks: readonly Check<T>[], value: T): boolean {
  for (const check of checks) {
    if (!check(value)) {
      return false;
    }
  }
  return true;
}

function present<T>(list: readonly (T | false | undefined)[]): T[] {
  return list.filter((one): one is T => one !== undefined && one !== false);
}
