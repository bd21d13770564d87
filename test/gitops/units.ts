import * as fc from 'fast-check';
import type { RenderedObject, RenderedUnit } from '../../lib/gitops/rendered';
import type { ObjectTraits } from '../../lib/gitops/traits';

/** A unit with the fields a test cares for. */
export function unit(name: string, fields: Partial<RenderedUnit> = {}): RenderedUnit {
  return {
    name,
    constructPath: name,
    group: 'shop',
    role: 'core',
    objects: [],
    dependsOn: [],
    dependsOnExternal: [],
    ...fields,
  };
}

/** An object with the fields a test cares for. */
export function object(
  apiVersion: string,
  kind: string,
  name: string,
  namespace?: string,
  traits: Partial<ObjectTraits> = {},
  body: Record<string, unknown> = {},
): RenderedObject {
  const metadata = { name, ...(namespace === undefined ? {} : { namespace }) };
  return {
    manifest: { apiVersion, kind, metadata, ...body },
    constructPath: `shop/${kind}/${name}`,
    traits: { holdsData: false, carriesScripts: false, ...traits },
  };
}

/** The object with more metadata. */
export function marked(made: RenderedObject, metadata: Readonly<Record<string, unknown>>): RenderedObject {
  const { manifest } = made;
  return { ...made, manifest: { ...manifest, metadata: { ...manifest.metadata, ...metadata } } };
}

/** The units of one service, as the composite makes them. */
export function service(name = 'shop'): RenderedUnit[] {
  const of = (suffix: string, fields: Partial<RenderedUnit>): RenderedUnit =>
    unit(`${name}-${suffix}`, { group: name, ...fields });
  return [
    of('base', {
      objects: [
        object('v1', 'Namespace', name),
        object('networking.k8s.io/v1', 'NetworkPolicy', 'default-deny', name, {}, { spec: { podSelector: {} } }),
      ],
      dependsOnExternal: ['barman-plugin', 'cnpg'],
    }),
    of('secrets', { folder: 'secrets', dependsOn: [`${name}-base`] }),
    of('database', {
      objects: [
        object('barmancloud.cnpg.io/v1', 'ObjectStore', `${name}-db`, name, { holdsData: true }),
        object('postgresql.cnpg.io/v1', 'Cluster', `${name}-db`, name, { holdsData: true }),
        object('postgresql.cnpg.io/v1', 'ScheduledBackup', `${name}-db`, name),
      ],
      dependsOn: [`${name}-base`, `${name}-secrets`],
    }),
    of('api', {
      objects: [object('apps/v1', 'Deployment', `${name}-api`, name), object('v1', 'Service', `${name}-api`, name)],
      dependsOn: [`${name}-base`, `${name}-database`],
    }),
    of('monitoring', {
      role: 'monitoring',
      objects: [object('monitoring.coreos.com/v1', 'PodMonitor', `${name}-db`, name)],
      dependsOn: [`${name}-base`],
    }),
    of('drills', {
      role: 'drills',
      objects: [
        object(
          'v1',
          'ConfigMap',
          `${name}-drill-runner`,
          name,
          { carriesScripts: true },
          { data: { 'run.js': '`${x}`' } },
        ),
        object('batch/v1', 'CronJob', `${name}-failover-drill`, name),
      ],
      dependsOn: [`${name}-api`, `${name}-database`],
    }),
  ];
}

/** Random acyclic graphs: a unit depends on units made before it only, in shuffled order, with hostile names. */
export const acyclicUnits: fc.Arbitrary<RenderedUnit[]> = fc
  .array(
    fc.record({
      role: fc.constantFrom<RenderedUnit['role']>('core', 'core', 'core', 'monitoring', 'drills'),
      edges: fc.array(fc.nat(1000), { maxLength: 5 }),
    }),
    { minLength: 1, maxLength: 30 },
  )
  .chain((nodes) => {
    const units: RenderedUnit[] = [];
    nodes.forEach(({ role, edges }, i) => {
      const targets = edges.map((edge) => units[edge % Math.max(1, units.length)]);
      const dependsOn = targets.filter((x) => x?.role === 'core');
      units.push(
        unit(`u${(i * 7919) % 1009}`, {
          role,
          objects: [object('v1', 'ConfigMap', `c${i}`, 'shop')],
          dependsOn: [...new Set(dependsOn.map((x) => x?.name ?? ''))].sort(),
        }),
      );
    });
    return fc.shuffledSubarray(units, { minLength: units.length, maxLength: units.length });
  });
