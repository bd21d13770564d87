import { Yaml } from 'cdk8s';
import type { Manifest } from './rendered';

/** One object as YAML, formatted as cdk8s formats it. */
export function manifestYaml(manifest: Manifest): string {
  return Yaml.stringify(manifest);
}
