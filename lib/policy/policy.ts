import { ApiObject } from 'cdk8s';
import type { IConstruct } from 'constructs';
import { type Finding, findingLine } from './finding';
import { acceptedLine, skippedLines } from './report-lines';
import { type PolicyProps, checkConstructs } from './synthesis';

const POLICY = Symbol.for('cdk8s-phoenix.Policy');

/**
 * Judges the objects of any cdk8s app while it is synthesized, by the schemas and rules that `PhoenixApp` uses.
 *
 * One line after the app was made: `Policy.of(app)`. Errors are validation errors of the very construct that made the
 * object, so that `app.synth()`, `cdk8s synth` and `Testing.synth(chart)` all stop and show its path. Warnings, accepted
 * findings and what could not be judged go to standard error, once each.
 */
export class Policy {
  /**
   * Puts an app, a chart or any other construct under the policy. Calling it again replaces the properties.
   */
  public static of(root: IConstruct, props: PolicyProps = {}): Policy {
    const known = (root as unknown as Record<symbol, Policy | undefined>)[POLICY];
    const policy = known ?? new Policy(root);
    policy.props = props;
    return policy;
  }

  private props: PolicyProps = {};
  private readonly errors = new Map<IConstruct, string[]>();
  private readonly watched = new Set<IConstruct>();
  private readonly told = new Set<string>();
  private synthesizing = false;
  private judged: string[] | undefined;

  private constructor(private readonly root: IConstruct) {
    Object.defineProperty(root, POLICY, { value: this });
    root.node.addValidation({ validate: () => this.judgeOnce() });
    this.followSynthesis(root);
  }

  /** `App.synth()` validates the whole app again for each of its charts; the tree does not change meanwhile. */
  private followSynthesis(app: IConstruct & { synth?: () => void }): void {
    const synth = app.synth?.bind(app);
    if (synth !== undefined) {
      app.synth = () => {
        this.synthesizing = true;
        try {
          synth();
        } finally {
          this.synthesizing = false;
          this.judged = undefined;
        }
      };
    }
  }

  private judgeOnce(): string[] {
    const errors = this.judged ?? this.judge();
    this.judged = this.synthesizing ? errors : undefined;
    return errors;
  }

  /** cdk8s validates the root before what is below it, so that the errors found here are reported by their constructs. */
  private judge(): string[] {
    const { findings, suppressed, skipped } = checkConstructs(this.root, this.props);
    suppressed.forEach((accepted) => this.tell('accepted', acceptedLine(accepted)));
    skippedLines(skipped).forEach((line) => this.tell('not judged', line));
    const objects = this.root.node.findAll().filter((construct) => construct instanceof ApiObject);
    this.errors.clear();
    for (const object of objects.filter((one) => !this.watched.has(one))) {
      this.watched.add(object);
      object.node.addValidation({ validate: () => this.errors.get(object) ?? [] });
    }
    const byPath = new Map(objects.map((object) => [object.node.path, object]));
    const elsewhere: string[] = [];
    for (const finding of findings) {
      const object = byPath.get(finding.object.origin.constructPath ?? '');
      const line = withoutPath(finding);
      if (finding.severity === 'warning') {
        this.tell('warning', findingLine(finding));
      } else if (object === undefined) {
        elsewhere.push(line);
      } else {
        this.errors.set(object, [...(this.errors.get(object) ?? []), line]);
      }
    }
    return elsewhere;
  }

  /** Once, however often the app is synthesized. */
  private tell(word: string, text: string): void {
    const line = `${word}: ${text}\n`;
    if (!this.told.has(line)) {
      this.told.add(line);
      process.stderr.write(line);
    }
  }
}

/** cdk8s puts the path of the construct before each message itself. */
function withoutPath(finding: Finding): string {
  return findingLine({ ...finding, object: { ...finding.object, origin: {} } });
}
