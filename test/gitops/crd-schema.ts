import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { Ajv, type ErrorObject, type ValidateFunction } from 'ajv';
import { loadAll } from 'js-yaml';

/** Folder with the CRDs; the tests that need it say so and skip where it is absent. */
export const CRDS = resolve(__dirname, '../../../shared/crds');
export const hasCrds = existsSync(CRDS);

type Schema = Record<string, any>;

const validators = new Map<string, ValidateFunction>();
const schemas = new Map<string, Schema>();

/** The structural schema of one version of a CRD, or undefined where no CRD is for it. */
export function crdSchema(apiVersion: string, kind: string): Schema | undefined {
  if (schemas.size === 0) {
    for (const file of readdirSync(CRDS)) {
      for (const crd of loadAll(readFileSync(join(CRDS, file), 'utf8')) as Schema[]) {
        for (const version of crd?.spec?.versions ?? []) {
          schemas.set(`${crd.spec.group}/${version.name}/${crd.spec.names.kind}`, version.schema.openAPIV3Schema);
        }
      }
    }
  }
  return schemas.get(`${apiVersion}/${kind}`);
}

/** What the API server would refuse in an object, unknown fields included; throws where there is no CRD for it. */
export function crdErrors(manifest: Schema): string[] {
  const key = `${manifest.apiVersion}/${manifest.kind}`;
  let validate = validators.get(key);
  if (validate === undefined) {
    const schema = crdSchema(manifest.apiVersion, manifest.kind);
    if (schema === undefined) {
      throw new Error(`no CRD for ${key}`);
    }
    validate = new Ajv({ strict: false, allErrors: true, validateFormats: false }).compile(closed(schema, true));
    validators.set(key, validate);
  }
  validate(manifest);
  return (validate.errors ?? []).map((e: ErrorObject) => `${e.instancePath} ${e.message} ${JSON.stringify(e.params)}`);
}

/** Kubernetes prunes unknown fields silently; here they are errors. */
function closed(schema: Schema, isRoot = false): Schema {
  const copy: Schema = { ...schema };
  if (copy['x-kubernetes-int-or-string'] === true) {
    delete copy.type;
  }
  if (schema.properties !== undefined) {
    copy.properties = Object.fromEntries(
      Object.entries(schema.properties as Schema).map(([name, child]) => [
        name,
        isRoot && name === 'metadata' ? { type: 'object' } : closed(child),
      ]),
    );
    if (schema['x-kubernetes-preserve-unknown-fields'] !== true) {
      copy.additionalProperties = false;
    }
  }
  if (schema.items !== undefined) {
    copy.items = closed(schema.items);
  }
  if (typeof schema.additionalProperties === 'object') {
    copy.additionalProperties = closed(schema.additionalProperties);
  }
  return copy;
}

/** Paths inside list items that the CRD's own defaults would change: what Argo CD shows as drift for ever. */
export function defaultsInListItems(manifest: Schema): string[] {
  const schema = crdSchema(manifest.apiVersion, manifest.kind);
  const found: string[] = [];
  const walk = (value: any, at: Schema | undefined, path: string, inItem: boolean): void => {
    if (Array.isArray(value)) {
      value.forEach((item, i) => walk(item, at?.items, `${path}[${i}]`, true));
    } else if (typeof value === 'object' && value !== null) {
      for (const [name, child] of Object.entries((at?.properties ?? {}) as Schema)) {
        if (inItem && child.default !== undefined && !(name in value)) {
          found.push(`${path}.${name}`);
        }
      }
      for (const [name, child] of Object.entries(value)) {
        walk(child, at?.properties?.[name] ?? at?.additionalProperties, `${path}.${name}`, inItem);
      }
    }
  };
  walk(manifest, schema, '', false);
  return found;
}
