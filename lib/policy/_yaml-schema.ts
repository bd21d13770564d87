import { CORE_SCHEMA, NOT_RESOLVED, binaryTag, defineScalarTag, mergeTag } from 'js-yaml';

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

/**
 * YAML as kubectl reads it (sigs.k8s.io/yaml): YAML 1.2 with merge keys, and with the yes, no, on and off of YAML 1.1,
 * so that `synchronous_commit: on` without quotes is the boolean that the API server refuses.
 */
export const KUBERNETES_YAML = CORE_SCHEMA.withTags(mergeTag, binaryTag, bool);
