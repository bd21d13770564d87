import { Construct, type IConstruct } from 'constructs';
import { checkDnsLabel, namespaceOf } from '../_names';
import { refuse } from '../_refuse';

/** One key of a Secret that the service needs. */
export interface RequiredSecretKey {
  /** Name of the key in `data`. */
  readonly key: string;

  /** What the value is, for the person who fills it in. */
  readonly description: string;

  /**
   * Shell command that prints a good value, without a final newline.
   * @default - a person has to look the value up
   */
  readonly generate?: string;

  /**
   * Whether the value has several lines, such as a PEM certificate: a person then names a file that holds it.
   * @default false
   */
  readonly multiline?: boolean;
}

/** Properties for `RequiredSecret`. */
export interface RequiredSecretProps {
  /** `metadata.name` of the Secret. */
  readonly name: string;

  /**
   * Kubernetes Secret type.
   * @default 'Opaque'
   */
  readonly type?: 'Opaque' | 'kubernetes.io/basic-auth';

  /** The exact keys of `data`, at least one, each once: no more, no fewer. */
  readonly keys: readonly RequiredSecretKey[];

  /**
   * Labels that must be on the Secret.
   * @default - none
   */
  readonly labels?: Readonly<Record<string, string>>;

  /** Who reads the Secret and what for, one sentence. */
  readonly purpose: string;

  /** What happens and what to do when a value changes, one or two sentences. */
  readonly rotation: string;
}

const REQUIRED_SECRET = Symbol.for('cdk8s-phoenix.RequiredSecret');

/**
 * A Secret that must exist and that this library never writes: its values live in SOPS files that people own.
 * It makes no object. It is the contract that `secrets.md` prints and that the SOPS files are checked against.
 */
export class RequiredSecret extends Construct {
  /** Whether `x` is a `RequiredSecret`, also one from another copy of this package. */
  public static isRequiredSecret(x: unknown): x is RequiredSecret {
    return typeof x === 'object' && x !== null && REQUIRED_SECRET in x;
  }

  /** All Secrets that the constructs below `root` need, in construct order. */
  public static findAll(root: IConstruct): RequiredSecret[] {
    return root.node.findAll().filter((x) => RequiredSecret.isRequiredSecret(x));
  }

  public readonly name: string;
  public readonly namespace: string;
  public readonly type: 'Opaque' | 'kubernetes.io/basic-auth';
  public readonly keys: readonly RequiredSecretKey[];
  public readonly labels: Readonly<Record<string, string>>;
  public readonly purpose: string;
  public readonly rotation: string;

  public constructor(scope: Construct, id: string, props: RequiredSecretProps) {
    super(scope, id);
    Object.defineProperty(this, REQUIRED_SECRET, { value: true });
    this.name = props.name;
    this.namespace = namespaceOf(this);
    this.type = props.type ?? 'Opaque';
    this.keys = [...props.keys];
    this.labels = { ...props.labels };
    this.purpose = props.purpose;
    this.rotation = props.rotation;
    checkDnsLabel(this, 'name', this.name);
    checkKeys(this);
  }

  /**
   * A selector for one key, as `secretKeyRef` and the Barman Cloud plugin take it.
   * @throws if the key is not part of the contract
   */
  public ref(key: string): { readonly name: string; readonly key: string } {
    if (!this.keys.some((k) => k.key === key)) {
      refuse(this, `Secret '${this.name}' has no key '${key}', it has ${this.keys.map((k) => k.key).join(', ')}`);
    }
    return { name: this.name, key };
  }
}

/** What Kubernetes takes as a key of `data`. */
const KEY = /^(?!\.\.?$)[-._a-zA-Z0-9]{1,253}$/;

function checkKeys(secret: RequiredSecret): void {
  const keys = secret.keys.map(({ key }) => key);
  if (keys.length === 0) {
    refuse(secret, `'keys' of Secret '${secret.name}' must name at least one key, got none`);
  }
  for (const [i, key] of keys.entries()) {
    if (!KEY.test(key)) {
      refuse(
        secret,
        `a key of Secret '${secret.name}' must use letters, digits, dots, dashes and underscores, at most 253, got '${key}'`,
      );
    }
    if (keys.indexOf(key) !== i) {
      refuse(secret, `'keys' of Secret '${secret.name}' names '${key}' twice, and a Secret has each key once`);
    }
  }
}
