import { CORE_SCHEMA, NOT_RESOLVED, binaryTag, defineScalarTag, intCoreTag, mergeTag } from 'js-yaml';

const WORDS = new Map<string, boolean>([
  ...['true', 'True', 'TRUE', 'yes', 'Yes', 'YES', 'on', 'On', 'ON'].map((word) => [word, true] as const),
  ...['false', 'False', 'FALSE', 'no', 'No', 'NO', 'off', 'Off', 'OFF'].map((word) => [word, false] as const),
]);

const bool = defineScalarTag('tag:yaml.org,2002:bool', {
  implicit: true,
  implicitFirstChars: 'tTyYoOfFnN'.split(''),
  resolve: (source) => WORDS.get(source) ?? NOT_RESOLVED,
  identify: () => false,
});

/** Octal as `0755`, and `1_000`: both are numbers for kubectl. */
const int = defineScalarTag('tag:yaml.org,2002:int', {
  implicit: true,
  implicitFirstChars: '+-0123456789'.split(''),
  resolve: (source, explicit, name) => {
    const plain = /^[-+]?\d[\d_]*$/.test(source) ? source.replaceAll('_', '') : source;
    return /^[-+]?0[0-7]+$/.test(plain) ? Number.parseInt(plain, 8) : intCoreTag.resolve(plain, explicit, name);
  },
  identify: () => false,
});

/**
 * YAML as kubectl reads it (sigs.k8s.io/yaml): YAML 1.2 with merge keys, and with the octal numbers and the yes, no, on and off of YAML 1.1,
 * so that `synchronous_commit: on` without quotes is the boolean that the API server refuses.
 */
export const KUBERNETES_YAML = CORE_SCHEMA.withTags(mergeTag, binaryTag, bool, int);
