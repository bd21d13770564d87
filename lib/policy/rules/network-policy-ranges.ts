import type { PathSegment } from '../_path';
import { type YamlObject, objectOr } from '../resource';
import type { PolicyRule, Report } from '../rule';
import { example, policy } from './_examples';
import { type FlowPeer, flowRules } from './_flows';

/** Ranges of a NetworkPolicy have an end after their beginning, and a hole inside. */
export const networkPolicyRanges: PolicyRule = {
  name: 'network-policy-ranges',
  family: 'kubernetes',
  severity: 'error',
  kinds: ['networking.k8s.io/v1/NetworkPolicy'],
  summary: 'port ranges go up, exceptions lie inside their range, and a range of addresses stands alone',
  why: 'The API server refuses the policy, and what it should have closed or opened stays as it is (kubernetes.io, Network Policies).',
  remediation: 'write a range inside the cidr',
  example: () =>
    example(
      [
        policy('egress', {
          podSelector: {},
          policyTypes: ['Egress'],
          egress: [{ to: [{ ipBlock: { cidr: '10.0.0.0/8', except: ['10.1.0.0/16'] } }] }],
        }),
      ],
      'spec.egress[0].to[0].ipBlock.except[0]',
      '192.168.0.0/16',
    ),
  check(resource, world, report) {
    for (const { ports, peers, path } of world.onceFor(resource, flowRules)) {
      ports.forEach((port, i) => {
        if (port['endPort'] !== undefined) {
          checkPort(port, [...path, 'ports', i], report);
        }
      });
      for (const peer of peers) {
        if (peer.peer['ipBlock'] !== undefined) {
          checkPeer(peer, report);
        }
      }
    }
  },
};

function checkPort(port: YamlObject, path: readonly PathSegment[], report: Report): void {
  const { port: first, endPort: last } = port;
  if (typeof first !== 'number') {
    report.fail([...path, 'endPort'], `it needs a numbered port, got ${first ?? 'none'}`, 'write port as a number');
  } else if (last < first) {
    report.fail([...path, 'endPort'], `it must be at least port ${first}, got ${last}`, `write at least ${first}`);
  }
}

function checkPeer({ peer, path }: FlowPeer, report: Report): void {
  const selector = ['podSelector', 'namespaceSelector'].find((field) => peer[field] !== undefined);
  if (selector !== undefined) {
    report.fail([...path, selector], 'a peer is a range of addresses or pods', 'write two peers');
  }
  const { cidr, except } = objectOr(peer['ipBlock']);
  (Array.isArray(except) ? except : []).forEach((hole, i) => {
    if (!isInside(String(hole), String(cidr))) {
      report.fail([...path, 'ipBlock', 'except', i], `'${hole}' is not inside '${cidr}'`);
    }
  });
}

/** Whether one range of addresses lies in another and is smaller. */
function isInside(inner: string, outer: string): boolean {
  const [a, b] = [rangeOf(inner), rangeOf(outer)];
  if (a.bits.length !== b.bits.length || a.length <= b.length) {
    return false;
  }
  return a.bits.slice(0, b.length) === b.bits.slice(0, b.length);
}

/** The bits of the address, and how many of them count. */
function rangeOf(range: string): { readonly bits: string; readonly length: number } {
  const [address = '', length] = range.split('/');
  const bits = address.includes(':')
    ? expanded(address).map((part) => Number.parseInt(part, 16).toString(2).padStart(16, '0'))
    : address.split('.').map((part) => Number(part).toString(2).padStart(8, '0'));
  return { bits: bits.join(''), length: Number(length) };
}

/** `fd00::1` as its eight parts. */
function expanded(address: string): string[] {
  const [left = '', right] = address.split('::').map((half) => half.split(':').filter((part) => part !== ''));
  const [before, after] = [left as string[], right ?? []];
  const gap = right === undefined ? 0 : Math.max(0, 8 - before.length - after.length);
  return [...before, ...Array.from({ length: gap }, () => '0'), ...after];
}
