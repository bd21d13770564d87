import { listOr, objectOr } from '../resource';
import type { PolicyRule } from '../rule';
import { selects } from '../selector';
import { deployment, example, object } from './_examples';
import { inNamespace, showSelector } from './_labels';

const MONITORING = 'monitoring.coreos.com/v1';

/** A monitor must scrape something, on a port that is there. */
export const monitorSelects: PolicyRule = {
  name: 'monitor-selects',
  family: 'references',
  severity: 'error',
  kinds: [`${MONITORING}/PodMonitor`, `${MONITORING}/ServiceMonitor`],
  summary: 'every PodMonitor and ServiceMonitor takes pods or Services of its namespace, on a port that they have',
  why: 'A monitor that scrapes nothing is silent, and so are all alerts on its metrics (prometheus-operator, Troubleshooting ServiceMonitor changes).',
  remediation: 'write the labels and the port name of what is to be scraped',
  example: () =>
    example(
      [
        object(MONITORING, 'PodMonitor', 'web', {
          spec: { selector: { matchLabels: { app: 'web' } }, podMetricsEndpoints: [{ port: 'http' }] },
        }),
        deployment(),
      ],
      'spec.selector.matchLabels.app',
      'wbe',
    ),
  check(resource, world, report) {
    const { namespace, spec } = resource;
    if (spec['namespaceSelector'] !== undefined) {
      return;
    }
    const selector = objectOr(spec['selector']);
    const pods = resource.kind === 'PodMonitor' ? world.selected(namespace, selector) : [];
    const services = world
      .in(resource.namespace, 'v1/Service')
      .filter(
        (one) => resource.kind === 'ServiceMonitor' && one.namespace === namespace && selects(selector, one.labels),
      );
    const brought =
      resource.kind === 'PodMonitor'
        ? pods.length === 0 && !world.knowsPods(namespace)
        : world.in(namespace, 'v1/Service').length === 0;
    if (brought) {
      report.skip(`nothing that could be scraped${inNamespace(namespace)} is among the manifests`);
      return;
    }
    if (pods.length + services.length === 0) {
      const what = resource.kind === 'PodMonitor' ? 'pod' : 'Service';
      report.fail(
        'spec.selector',
        `no ${what}${inNamespace(namespace)} has ${showSelector(selector)}, so nothing is scraped`,
      );
      return;
    }
    const ports = [
      ...pods.flatMap((one) => one.ports.map((port) => port.name)),
      ...services.flatMap((one) => listOr(one.spec['ports']).map((port) => port['name'] as unknown)),
    ];
    const field = resource.kind === 'PodMonitor' ? 'podMetricsEndpoints' : 'endpoints';
    listOr(spec[field]).forEach((endpoint, i) => {
      const port: unknown = endpoint['port'];
      if (typeof port === 'string' && !ports.includes(port)) {
        report.fail(
          ['spec', field, i, 'port'],
          `nothing selected has a port '${port}'; there are ${[...new Set(ports)].join(', ')}`,
        );
      }
    });
  },
};
