import { Duration } from 'cdk8s';
import { describe, expect, test } from 'vitest';
import { resolveObjectives } from '../../lib/platform/objectives';
import { platform } from '../_build';

const NODE = { name: 'node4' };

describe('a platform', () => {
  test.each<[string, any, RegExp]>([
    ['a node without a name', { labels: {} }, /'nodes' must each have a 'name'.* got \{"labels":\{\}\}/],
    ['a node that is a number', 4, /'nodes' must each have a 'name'.* got 4/],
    ['a node that is nothing', null, /'nodes' must each have a 'name'.* got null/],
    [
      'an effect that Kubernetes does not know',
      { ...NODE, taints: [{ key: 'dedicated', effect: 'Evict' }] },
      /'nodes' has a taint 'dedicated' on 'node4' with effect 'Evict'; allowed are NoSchedule, PreferNoSchedule, NoExecute/,
    ],
    [
      'a taint without a key',
      { ...NODE, taints: [{ effect: 'NoExecute' }] },
      /'nodes' has a taint without 'key' on 'node4'/,
    ],
    [
      'a label that is no text',
      { ...NODE, labels: { zone: 1 } },
      /'nodes' has label 'zone' on 'node4' that is no text, got 1; quote it/,
    ],
    [
      "another node's host name",
      { ...NODE, labels: { 'kubernetes.io/hostname': 'node1' } },
      /'nodes' has 'kubernetes\.io\/hostname' 'node1' on both 'node1' and 'node4'/,
    ],
  ])('refuses %s', (_, node, message) => {
    expect(() => platform({ nodes: ['node1', 'node2', 'node3', node] })).toThrow(message);
  });

  test('refuses a list of nodes that is no list', () => {
    expect(() => platform({ nodes: 'node1' as any })).toThrow(/'nodes' must be a list of names, got "node1"/);
  });

  test.each<[string, any, string]>([
    [
      'kubernetes',
      1.34,
      "'kubernetes' must be one of 1.30, 1.31, 1.32, 1.33, 1.34, 1.35, 1.36, got 1.34; put it in quotes",
    ],
    ['kubernetes', undefined, "'kubernetes' must be one of 1.30, 1.31, 1.32, 1.33, 1.34, 1.35, 1.36, got undefined"],
    ['cloudNativePg', 1.3, "'cloudNativePg' must be one of 1.30, got 1.3; put it in quotes"],
  ])('refuses a %s that is no text: %j', (property, version, message) => {
    expect(() => platform({ [property]: version })).toThrow(`platform 'test': ${message}`);
  });

  test('takes taints with every effect, and labels', () => {
    const taints = (['NoSchedule', 'PreferNoSchedule', 'NoExecute'] as const).map((effect) => ({ key: 'x', effect }));
    const nodes = [{ name: 'node1', taints, labels: { disk: 'fast' } }, 'node2'];
    expect(platform({ nodes }).nodes).toEqual(['node1', 'node2']);
  });
});

describe('objectives', () => {
  test.each<[string, any, RegExp]>([
    ['of nothing', null, /'objectives' must be an object.* got null/],
    ['that are text', 'fast', /'objectives' must be an object.* got "fast"/],
    ['with a class of nothing', { nodeLoss: null }, /'objectives\.nodeLoss' must have 'rpo' and 'rto', got null/],
    ['with a class that is a number', { nodeLoss: 30 }, /'objectives\.nodeLoss' must have 'rpo' and 'rto', got 30/],
    ['without rpo', { nodeLoss: { rto: Duration.seconds(9) } }, /'objectives\.nodeLoss\.rpo' is missing/],
  ])('%s are refused', (_, objectives, message) => {
    expect(() => resolveObjectives('here', objectives)).toThrow(message);
  });
});
