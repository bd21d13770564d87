import { Yaml } from 'cdk8s';

/** One object as YAML, formatted as cdk8s formats it. */
export function manifestYaml(manifest: object): string {
  return Yaml.stringify(manifest);
}
