import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { ApiObject } from 'cdk8s';
import { Construct } from 'constructs';
import { sha256 } from '../evidence/digest';
import { namespaceOf } from '../_names';
import { refuse } from '../_refuse';
import { markCarriesScripts } from '../gitops/traits';

/** Client-side apply keeps a copy of an object in an annotation of at most this many bytes. */
const MAX_APPLY_BYTES = 262_144;

/** Properties for `RunnerBundle`. */
export interface RunnerBundleProps {
  /** `metadata.name` of the ConfigMap. */
  readonly name: string;
}

/**
 * The program that drills run, in a ConfigMap: stock Node executes it, no image of our own is published. Its bytes are
 * the same on every machine, and their digest is in each drill's evidence.
 */
export class RunnerBundle extends Construct {
  public readonly name: string;
  /** `sha256:` and the digest of the program. */
  public readonly digest: string;
  /** The ConfigMap, the way out for what the properties do not cover. */
  public readonly apiObject: ApiObject;

  /** @throws if the program was not built, or has grown beyond what `kubectl apply` takes */
  public constructor(scope: Construct, id: string, props: RunnerBundleProps) {
    super(scope, id);
    this.name = props.name;
    const program = readProgram(this);
    this.digest = sha256(program);
    if (Buffer.byteLength(JSON.stringify(program)) > MAX_APPLY_BYTES * 0.9) {
      refuse(
        this,
        `the drill program has ${program.length} characters, too many for 'kubectl apply' (${MAX_APPLY_BYTES} bytes)`,
      );
    }
    this.apiObject = new ApiObject(this, 'Resource', {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: this.name, namespace: namespaceOf(this) },
      data: { 'runner.cjs': program },
    });
    markCarriesScripts(this.apiObject);
  }
}

/** `runner.cjs` lies in `build/`, whether this file runs from `lib/` or from `build/lib/`. */
function readProgram(construct: Construct): string {
  for (let folder = __dirname; folder !== dirname(folder); folder = dirname(folder)) {
    for (const file of [join(folder, 'runner.cjs'), join(folder, 'build', 'runner.cjs')]) {
      if (existsSync(file)) {
        return readFileSync(file, 'utf8');
      }
    }
  }
  return refuse(
    construct,
    `the drill program is missing; 'npm run build' makes build/runner.cjs, and the package carries it`,
  );
}
