import { isAbsolute } from 'node:path';
import { App } from 'cdk8s';
import { Document } from '../docs/document';
import { warningsBelow } from '../_warning';
import { failWithMessageLast } from './_last-words';
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
}

/**
 * A cdk8s `App` that writes one folder a chart, one object a file, and what GitOps engines need to apply them in order.
 *
 * It is a convenience: every construct of this library also works in a plain `App`. What it adds is a layout that
 * survives change (no name has an index, no two objects share a file, nothing stale stays) and synthesis in time
 * linear in the number of charts.
 */
export class PhoenixApp extends App {
  private readonly delivery: readonly Delivery[];

  public constructor(props: PhoenixAppProps = {}) {
    super({ ...(props.outdir === undefined ? {} : { outdir: props.outdir }), recordConstructMetadata: false });
    this.delivery = [...(props.delivery ?? [])];
    failWithMessageLast();
  }

  /** The charts as data: what is written, before it is written. */
  public units(): readonly RenderedUnit[] {
    const units = renderUnits(this);
    graphOf(units);
    return this.delivery.reduce<readonly RenderedUnit[]>((all, engine) => engine.decorate(all), units);
  }

  /** All files, with paths below `outdir`. */
  public files(): readonly OutputFile[] {
    const units = this.units();
    const manifests = layoutUnits(units);
    const delivery = this.delivery.flatMap((engine) => engine.files(units));
    const documents = Document.findAll(this).map((doc) => ({ path: `docs/${doc.path}`, text: doc.produce() }));
    const secrets = secretsFiles(this, units, isAbsolute(this.outdir) ? 'dist' : this.outdir);
    const files = [...manifests, ...delivery, ...secrets, ...documents];
    return [outputReadme(units, files), ...files];
  }

  /** Writes all files. Whatever is wrong is thrown before the first one is touched; warnings go to standard error. */
  public override synth(): void {
    const files = this.files();
    warningsBelow(this).forEach((warning) => process.stderr.write(`warning: ${warning}\n`));
    writeFiles(this.outdir, files);
  }
}
