import type * as ajv from 'ajv';
import { explain } from './_explain';

/** A JSON schema's verdict: nothing where the value is valid, else one line for each mistake. */
export type Validate = (value: unknown) => readonly string[];

/**
 * Makes a validator from a schema. In the runner's bundle this file is replaced by validators that ajv compiled at
 * build time under the same names, because its compiler alone is 120 KB.
 */
export function compile(_name: string, schema: object): Validate {
  let validate: ajv.ValidateFunction | undefined;
  return (value) => {
    // Loaded with the first document: most programs that import this package never see one.
    const { Ajv } = require('ajv') as typeof ajv;
    validate ??= new Ajv({ allErrors: true, strict: true, allowUnionTypes: true }).compile(schema);
    return validate(value)
      ? []
      : (validate.errors ?? []).map(
          ({ instancePath, keyword, params }) => `${instancePath || '/'} ${explain(keyword, params)}`,
        );
  };
}
