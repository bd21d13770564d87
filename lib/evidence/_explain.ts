/** What a value is that a schema refuses, in words: one text for both ways of validating. */
export function explain(keyword: string, params: Readonly<Record<string, unknown>>): string {
  switch (keyword) {
    case 'type':
      return `must be ${String(params['type'])}`;
    case 'required':
      return `must have property '${String(params['missingProperty'])}'`;
    case 'additionalProperties':
      return `must not have property '${String(params['additionalProperty'])}'`;
    case 'enum':
      return `must be one of ${(params['allowedValues'] as unknown[]).map(String).join(', ')}`;
    case 'const':
      return `must be ${JSON.stringify(params['allowedValue'])}`;
    case 'pattern':
      return `must match ${String(params['pattern'])}`;
    case 'minLength':
    case 'minItems':
      return `must have at least ${String(params['limit'])}`;
    case 'maxItems':
      return `must have at most ${String(params['limit'])}`;
    case 'minimum':
    case 'maximum':
    case 'exclusiveMinimum':
      return `must be ${String(params['comparison'])} ${String(params['limit'])}`;
    default:
      return `does not meet '${keyword}'`;
  }
}
