import { Construct, type IConstruct } from 'constructs';
import { refuse } from '../_refuse';

/** Properties for `Document`. */
export interface DocumentProps {
  /** Path below `dist/docs`: `state-hub/decision-record.md`. Never YAML, which an engine might try to apply. */
  readonly path: string;

  /** Makes the text, once, at synth, when all constructs are there. */
  readonly produce: () => string;
}

const DOCUMENT = Symbol.for('cdk8s-phoenix.Document');

/** A page for people, written to `dist/docs` beside the manifests it describes. */
export class Document extends Construct {
  /** All documents below `root`, in construct order. */
  public static findAll(root: IConstruct): Document[] {
    return root.node.findAll().filter((x): x is Document => DOCUMENT in x);
  }

  public readonly path: string;
  public readonly produce: () => string;

  public constructor(scope: Construct, id: string, props: DocumentProps) {
    super(scope, id);
    Object.defineProperty(this, DOCUMENT, { value: true });
    this.path = props.path;
    this.produce = props.produce;
    if (
      !/^[a-z0-9][-._a-zA-Z0-9]*(\/[.]?[a-zA-Z0-9][-._@a-zA-Z0-9]*)*$/.test(this.path) ||
      /\.ya?ml$/.test(this.path)
    ) {
      refuse(this, `'path' must be a relative path that does not end in .yaml or .yml, got '${this.path}'`);
    }
  }
}
