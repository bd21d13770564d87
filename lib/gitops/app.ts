import { App } from 'cdk8s';
import { checkDocuments } from '../docs/check-documents';
import { Document } from '../docs/document';
import { type PolicyReport, findingLine } from '../policy/finding';
import { acceptedLine, skippedLines } from '../policy/report-lines';
import { type PolicyProps, checkConstructs, factsFiles, refuseErrors } from '../policy/synthesis';
import { printMessageLast } from '../_refusal';
import { renderingOnce } from '../_manifests';
import { warningsBelow } from '../_warning';
import { checkFolders, checkPlaces, outputName } from './_paths';
import { graphOf } from './graph';
import { layoutUnits } from './layout';
import { outputReadme } from './output-readme';
import { renderUnits } from './render';
import type { Delivery, OutputFile, RenderedUnit } from './rendered';
import { secretsFiles } from './sops-files';
import { writeFiles } from './writer';

/** Properties for `PhoenixApp`. */
export interface PhoenixAppProps {
  /**
   * Folder to write to. In it, `manifests`, `flux`, `argocd`, `docs` and `README.md` belong to the app.
   * @default - the folder that `cdk8s synth` gives in CDK8S_OUTDIR, else 'dist'
   */
  readonly outdir?: string;

  /**
   * The GitOps engines that take the units.
   * @default - none: only the manifests are written
   */
  readonly delivery?: readonly Delivery[];

  /**
   * What to tell the policy that judges all objects: findings to accept, objects that somebody else owns, custom
   * resources.
   * @default - nothing: every error refuses, every warning is printed
   */
  readonly policy?: PolicyProps;
}

/**
 * A cdk8s `App` that writes one folder a chart, one object a file, and what GitOps engines need to apply them in order.
 *
 * It is a convenience: every construct of this library also works in a plain `App`. What it adds is a layout that
 * survives change (no name has an index, no two objects share a file, nothing stale stays) and synthesis in time
 * linear in the number of charts.
 */
export class PhoenixApp extends App {
  /** The GitOps engines that take the units; documents read from them how to pause. */
  public readonly delivery: readonly Delivery[];
  private readonly policy: PolicyProps;

  public constructor(props: PhoenixAppProps = {}) {
    super({ ...(props.outdir === undefined ? {} : { outdir: props.outdir }), recordConstructMetadata: false });
    this.delivery = [...(props.delivery ?? [])];
    this.policy = { ...props.policy };
    printMessageLast();
  }

  /** The charts as data: what is written, before it is written. */
  public units(): readonly RenderedUnit[] {
    const units = renderingOnce(() => renderUnits(this));
    graphOf(units);
    checkFolders(units, outputName(this.outdir));
    return this.delivery.reduce<readonly RenderedUnit[]>((all, engine) => engine.decorate(all), units);
  }

  /** What the policy says of the units, without refusing anything. */
  public report(units: readonly RenderedUnit[] = this.units()): PolicyReport {
    const written = new Map(
      units.flatMap((unit) => unit.objects).map((object) => [object.constructPath, object.manifest]),
    );
    return checkConstructs(this, this.policyProps(), ({ node }) => written.get(node.path));
  }

  /**
   * All files, with paths below `outdir`.
   * @throws if the policy finds an error: all of them in one message
   */
  public files(): readonly OutputFile[] {
    return this.judged().files;
  }

  /** Writes all files. Whatever is wrong is thrown before the first one is touched; warnings go to standard error. */
  public override synth(): void {
    const { units, files, report } = this.judged();
    const found = report.findings.filter(({ severity }) => severity === 'warning').map(findingLine);
    const broken = checkDocuments(this, units, files, this.delivery).map((x) => `${x.path}:${x.line}: ${x.problem}`);
    [...warningsBelow(this), ...found, ...broken].forEach((warning) => process.stderr.write(`warning: ${warning}\n`));
    report.suppressed.forEach((accepted) => process.stderr.write(`accepted: ${acceptedLine(accepted)}\n`));
    skippedLines(report.skipped).forEach((line) => process.stderr.write(`not judged: ${line}\n`));
    writeFiles(this.outdir, files);
  }

  /** Everything that is to be written, once the policy has agreed. */
  private judged(): { units: readonly RenderedUnit[]; files: readonly OutputFile[]; report: PolicyReport } {
    return renderingOnce(() => {
      const units = this.units();
      const files = this.filesOf(units);
      const report = this.report(units);
      refuseErrors(report);
      return { units, files, report };
    });
  }

  private policyProps(): PolicyProps {
    const { facts } = this.policy;
    const external = [...(facts?.external ?? []), ...this.delivery.flatMap((engine) => engine.external)];
    return { ...this.policy, facts: { ...facts, external, gitops: this.delivery.map(({ engine }) => engine) } };
  }

  private filesOf(units: readonly RenderedUnit[]): readonly OutputFile[] {
    checkPlaces(this.delivery, this.outdir);
    const manifests = layoutUnits(units);
    const delivery = this.delivery.flatMap((engine) => engine.files(units));
    const documents = Document.findAll(this).map((doc) => ({ path: `docs/${doc.path}`, text: doc.produce() }));
    const secrets = secretsFiles(this, units, outputName(this.outdir));
    const facts = factsFiles(this, this.policyProps());
    const files = [...manifests, ...delivery, ...secrets, ...facts, ...documents];
    return [outputReadme(units, files), ...files];
  }
}
