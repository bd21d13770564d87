import type { IConstruct } from 'constructs';

const WARNING = 'cdk8s-phoenix:warning';

/** Records something that is allowed and costs something. `PhoenixApp` prints it once at synth. */
export function warn(construct: IConstruct, message: string): void {
  construct.node.addMetadata(WARNING, message);
}

/** All warnings below `root`, each with its construct path. */
export function warningsBelow(root: IConstruct): string[] {
  return root.node
    .findAll()
    .flatMap((construct) =>
      construct.node.metadata
        .filter((entry) => entry.type === WARNING)
        .map((entry) => `${construct.node.path}: ${String(entry.data)}`),
    );
}
