import { describe, expect, it } from 'vitest';
import { checkManifests } from '../../../lib/policy/check';
import { rules } from '../../../lib/policy/registry';
import {
  cluster,
  container,
  deployment,
  namespace,
  object,
  policy,
  service,
} from '../../../lib/policy/rules/_examples';

/** What the rules of the network, and `more`, say about objects: each finding's rule and message. */
function judge(objects: readonly unknown[], ...more: readonly string[]): string[] {
  const some = rules.filter(
    (rule) => (rule.family === 'network' && rule.name !== 'default-deny') || more.includes(rule.name),
  );
  return checkManifests(
    [...objects, namespace()].map((manifest) => ({ manifest })),
    { rules: some },
  ).findings.map(({ rule, path, message }) => `${rule} ${path}: ${message}`);
}

const POOL = { 'cnpg.io/poolerName': 'pool' };
const pooler = (name = 'pool', instances = 2) =>
  object('postgresql.cnpg.io/v1', 'Pooler', name, {
    spec: { cluster: { name: 'db' }, instances, type: 'rw', pgbouncer: { poolMode: 'session' } },
  });
const denied = policy('default-deny', { podSelector: {}, policyTypes: ['Ingress', 'Egress'] });
const from = (labels: object, port: object) => ({ from: [{ podSelector: { matchLabels: labels } }], ports: [port] });
const to = (labels: object, port: object) => ({ to: [{ podSelector: { matchLabels: labels } }], ports: [port] });
const dns = {
  ports: [
    { port: 53, protocol: 'UDP' },
    { port: 53, protocol: 'TCP' },
  ],
};
const api = { ports: [{ port: 6443 }] };

describe('a Pooler under a policy that denies by default', () => {
  const out = policy('pool', {
    podSelector: { matchLabels: POOL },
    policyTypes: ['Egress'],
    egress: [to({ 'cnpg.io/podRole': 'instance' }, { port: 5432 }), dns, api],
  });
  const into = (port: object) =>
    policy('db', {
      podSelector: { matchLabels: { 'cnpg.io/podRole': 'instance' } },
      policyTypes: ['Ingress'],
      ingress: [from(POOL, port)],
    });
  const of = (...policies: readonly object[]) =>
    judge([pooler(), denied, cluster(), ...policies]).filter((line) => /pooler-flows/.test(line));

  it('reaches its Cluster where both sides say so', () => {
    expect(of(out, into({ port: 5432, protocol: 'TCP' }))).toEqual([]);
  });

  it.each([
    [
      'the Cluster lets nobody in',
      [out],
      ["pooler-flows spec.cluster.name: the policies of Cluster 'db' do not let it in on port 5432"],
    ],
    [
      'the Cluster opens UDP',
      [out, into({ port: 5432, protocol: 'UDP' })],
      ["pooler-flows spec.cluster.name: the policies of Cluster 'db' do not let it in on port 5432"],
    ],
    [
      'nothing lets the Pooler out',
      [into({ port: 5432 })],
      [
        'pooler-flows : policies keep it from the Kubernetes API (443 or 6443): it never starts',
        "pooler-flows spec.cluster.name: policies keep it from port 5432 of Cluster 'db'",
      ],
    ],
  ])('is found where %s', (_, policies, lines) => {
    expect(of(...policies)).toEqual(lines);
  });

  it('a program that is given its address needs a way to it', () => {
    const web = deployment({ containers: [container({ env: [{ name: 'PGHOST', value: 'pool.shop.svc' }] })] });
    const lets = policy('pool-in', {
      podSelector: { matchLabels: POOL },
      policyTypes: ['Ingress'],
      ingress: [from({ app: 'web' }, { port: 5432 })],
    });
    const only = (...objects: readonly object[]) =>
      judge([web, pooler(), cluster(), ...objects]).filter((line) => line.startsWith('database-reachable'));
    expect(only(lets)).toEqual([]);
    expect(
      only(policy('pool-in', { podSelector: { matchLabels: POOL }, policyTypes: ['Ingress'], ingress: [] })),
    ).toEqual([expect.stringMatching(/the policies of Pooler 'shop\/pool' do not let it in/)]);
  });

  it('has more than one instance, and a name of its own', () => {
    const names = ['single-replica', 'reserved-names'];
    expect(judge([pooler(), cluster()], ...names)).toEqual([]);
    expect(judge([pooler('pool', 1), cluster()], ...names)).toEqual([
      expect.stringMatching(/^single-replica spec.instances/),
    ]);
    expect(judge([pooler('db'), cluster()], ...names)).toEqual([
      expect.stringMatching(/^reserved-names metadata.name: a Cluster has that name: both have a ServiceAccount/),
    ]);
  });
});

describe('a protocol', () => {
  const web = (protocol: string) =>
    policy('web', {
      podSelector: { matchLabels: { app: 'web' } },
      policyTypes: ['Ingress'],
      ingress: [from({ app: 'web' }, { port: 8080, protocol })],
    });
  const SERVED = ['network-policy-port-served', 'service-port-served'];

  it('is that on which the pods listen', () => {
    expect(judge([deployment(), web('TCP'), service()], ...SERVED)).toEqual([]);
    expect(judge([deployment(), web('UDP')], ...SERVED)).toEqual([
      'network-policy-port-served spec.ingress[0].ports[8080].protocol: it opens 8080 for UDP, and the pods there listen on it over TCP: nothing gets through',
    ]);
    expect(
      judge([deployment(), service({ ports: [{ port: 80, targetPort: 'http', protocol: 'UDP' }] })], ...SERVED),
    ).toEqual(["service-port-served spec.ports[80].protocol: it forwards UDP, and the pods listen on 'http' over TCP"]);
  });

  it('is not opened twice', () => {
    const twice = (protocol: string) =>
      policy('dns', {
        podSelector: {},
        policyTypes: ['Egress'],
        egress: [
          {
            ports: [
              { port: 53, protocol: 'UDP' },
              { port: 53, protocol },
            ],
          },
        ],
      });
    expect(judge([twice('TCP')], ...SERVED)).toEqual([]);
    expect(judge([twice('UDP')], ...SERVED)).toEqual([expect.stringMatching(/53 is opened twice for UDP/)]);
  });
});
