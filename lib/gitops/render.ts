import { ApiObject, Chart } from 'cdk8s';
import type { IConstruct } from 'constructs';
import { manifestOf } from '../_manifests';
import { checkDnsLabel, pathName } from '../_names';
import { Refusal } from '../_refusal';
import { refuse } from '../_refuse';
import type { Manifest, RenderedObject, RenderedUnit } from './rendered';
import { traitsOf } from './traits';
import { Unit } from './unit';

/**
 * Turns the charts below `root` into units, in one walk over the tree. cdk8s' own synthesis validates the whole app
 * again for each chart, which is quadratic in the number of charts; the result is the same.
 *
 * @throws if a validation of any construct fails: all failures in one message, each with its construct path
 */
export function renderUnits(root: IConstruct): RenderedUnit[] {
  const constructs = root.node.findAll();
  validate(constructs);

  const chartOf = nearestCharts(constructs);
  const objects = new Map<Chart, RenderedObject[]>();
  for (const construct of constructs) {
    if (construct instanceof Chart) {
      objects.set(construct, []);
    }
    if (construct instanceof ApiObject) {
      const chart = chartOf.get(construct);
      if (chart === undefined) {
        refuse(construct, 'an object must be defined in a chart');
      }
      objects.get(chart)?.push(renderObject(construct));
    }
  }

  const edges = chartDependencies(constructs, chartOf);
  const isUnit = (chart: Chart) => objects.get(chart)!.length > 0 || (Unit.isUnit(chart) && chart.folder !== undefined);
  return [...objects.keys()].filter(isUnit).map((chart) => ({
    name: nameOf(chart),
    constructPath: chart.node.path,
    group: groupOf(chart),
    role: Unit.isUnit(chart) ? chart.role : 'core',
    ...(Unit.isUnit(chart) && chart.folder !== undefined ? { folder: chart.folder } : {}),
    objects: objects.get(chart)!,
    dependsOn: unitsBefore(chart, edges, isUnit).map(nameOf).sort(),
    dependsOnExternal: Unit.isUnit(chart) ? [...chart.dependsOnExternal].sort() : [],
  }));
}

function validate(constructs: readonly IConstruct[]): void {
  const problems = constructs.flatMap((construct) =>
    construct.node.validate().map((problem) => `[${construct.node.path || 'app'}] ${problem}`),
  );
  if (problems.length > 0) {
    throw new Refusal(`validation failed:\n  ${problems.join('\n  ')}`);
  }
}

function renderObject(object: ApiObject): RenderedObject {
  const manifest = manifestOf(object) as Partial<Manifest>;
  if (!manifest.apiVersion || !manifest.kind || typeof manifest.metadata?.name !== 'string') {
    refuse(object, `an object needs 'apiVersion', 'kind' and 'metadata.name'`);
  }
  return { manifest: manifest as Manifest, constructPath: object.node.path, traits: traitsOf(object) };
}

/** The chart that each construct is in; a chart is in itself. Constructs above all charts have none. */
function nearestCharts(constructs: readonly IConstruct[]): Map<IConstruct, Chart> {
  const charts = new Map<IConstruct, Chart>();
  for (const construct of constructs) {
    const parent = construct.node.scope;
    const chart = construct instanceof Chart ? construct : parent && charts.get(parent);
    if (chart !== undefined) {
      charts.set(construct, chart);
    }
  }
  return charts;
}

/** As cdk8s has it: dependencies between constructs are dependencies between their charts, and a chart inside another comes first. */
function chartDependencies(
  constructs: readonly IConstruct[],
  chartOf: ReadonlyMap<IConstruct, Chart>,
): Map<Chart, Set<Chart>> {
  const edges = new Map<Chart, Set<Chart>>();
  const add = (from: Chart, to: Chart) => {
    if (from !== to) {
      edges.set(from, (edges.get(from) ?? new Set()).add(to));
    }
  };
  const chartsAt = (construct: IConstruct): Chart[] => {
    const chart = chartOf.get(construct);
    return chart ? [chart] : construct.node.findAll().filter((x): x is Chart => x instanceof Chart);
  };
  for (const construct of constructs) {
    const parentChart = construct.node.scope && chartOf.get(construct.node.scope);
    if (construct instanceof Chart && parentChart !== undefined) {
      add(parentChart, construct);
    }
    const dependencies = construct.node.dependencies;
    if (dependencies.length > 0) {
      const targets = dependencies.flatMap(chartsAt);
      chartsAt(construct).forEach((from) => targets.forEach((to) => add(from, to)));
    }
  }
  return edges;
}

/** Direct dependencies. A chart without objects is no unit: what depends on it depends on what it depends on. */
function unitsBefore(chart: Chart, edges: ReadonlyMap<Chart, Set<Chart>>, isUnit: (chart: Chart) => boolean): Chart[] {
  const found = new Set<Chart>();
  const seen = new Set<Chart>();
  const visit = (from: Chart) => {
    for (const to of edges.get(from) ?? []) {
      if (isUnit(to)) {
        found.add(to);
      } else if (!seen.has(to)) {
        seen.add(to);
        visit(to);
      }
    }
  };
  visit(chart);
  return [...found];
}

function nameOf(chart: Chart): string {
  const name = Unit.isUnit(chart) ? chart.unitName : pathName(chart);
  checkDnsLabel(chart, 'id', name);
  return name;
}

function groupOf(chart: Chart): string {
  const scope = chart.node.scope;
  return scope === undefined || scope.node.path === '' ? nameOf(chart) : pathName(scope);
}
