import { refuse } from '../_refuse';
import type { RequiredSecret, RequiredSecretKey } from './required-secret';

/** A Secret that somebody has to provide, as all that need it agree on it. */
export interface SecretContract {
  readonly name: string;
  readonly namespace: string;
  readonly type: string;
  readonly keys: readonly RequiredSecretKey[];
  readonly labels: Readonly<Record<string, string>>;
  /** Folder of its SOPS file, from the deploy folder; absent where that is not known. */
  readonly folder?: string;
  /** Who reads it and what for. */
  readonly usedBy: readonly SecretUse[];
}

/** One reader of a Secret. */
export interface SecretUse {
  /** Path of the construct that declared it. */
  readonly construct: string;
  readonly purpose: string;
  readonly rotation: string;
}

/** `dist/docs/secrets.json`: what `phoenix secrets check` compares the SOPS files with. */
export interface SecretsContract {
  readonly version: 1;
  readonly secrets: readonly SecretContract[];
}

/** The part of a `RequiredSecret` that makes the contract. */
export type SecretNeed = Pick<
  RequiredSecret,
  'name' | 'namespace' | 'type' | 'keys' | 'labels' | 'purpose' | 'rotation'
> & { readonly node: { readonly path: string } };

/**
 * One contract for each Secret, sorted by namespace and name, however many constructs need it.
 * @throws if two constructs need one Secret with other keys, type or labels; the message names both
 */
export function secretsContract(needs: readonly SecretNeed[]): SecretsContract {
  const merged = new Map<string, { shape: string; contract: SecretContract }>();
  for (const need of needs) {
    const id = `${need.namespace}/${need.name}`;
    const use = { construct: need.node.path, purpose: need.purpose, rotation: need.rotation };
    const shape = shapeOf(need);
    const first = merged.get(id);
    if (first !== undefined && first.shape !== shape) {
      refuse(
        need.node.path,
        `it needs the Secret '${id}' as ${shape}, but '${first.contract.usedBy[0]?.construct}' needs it as ` +
          `${first.shape}; give one of them another name`,
      );
    }
    const { name, namespace, type, keys, labels } = need;
    const usedBy = [...(first?.contract.usedBy ?? []), use];
    merged.set(id, { shape, contract: { name, namespace, type, keys, labels, usedBy } });
  }
  const ids = [...merged.keys()].toSorted();
  return { version: 1, secrets: ids.flatMap((id) => merged.get(id)?.contract ?? []) };
}

/** The contract as the text of `secrets.json`. */
export function contractJson(contract: SecretsContract): string {
  return `${JSON.stringify(contract, null, 2)}\n`;
}

/**
 * Reads `secrets.json`.
 * @throws if the text is not a contract of this version
 */
export function parseContract(text: string, file: string): SecretsContract {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    refuse(`'${file}'`, `it is no JSON; write it anew with 'npm run synth'`);
  }
  const contract = value as Partial<SecretsContract> | null;
  if (contract?.version !== 1 || !Array.isArray(contract.secrets) || !contract.secrets.every(isSecret)) {
    refuse(`'${file}'`, `it is no contract of version 1; write it anew with 'npm run synth'`);
  }
  return contract as SecretsContract;
}

function isSecret(value: unknown): value is SecretContract {
  const { name, namespace, type, keys, labels } = (value ?? {}) as Record<string, unknown>;
  const texts = [name, namespace, type].every((text) => typeof text === 'string');
  const named = Array.isArray(keys) && keys.every((x: RequiredSecretKey | null) => typeof x?.key === 'string');
  return texts && named && typeof labels === 'object' && labels !== null;
}

function shapeOf({ type, keys, labels }: SecretNeed): string {
  const names = keys.map((x) => x.key).toSorted();
  const pairs = Object.entries(labels).map(([name, value]) => `${name}=${value}`);
  return `${type} with ${names.join(', ')}${pairs.length > 0 ? ` and ${pairs.toSorted().join(', ')}` : ''}`;
}
