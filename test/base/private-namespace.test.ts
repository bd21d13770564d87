import { App, Chart, Testing } from 'cdk8s';
import { describe, expect, it } from 'vitest';
import { PrivateNamespace } from '../../lib';
import { only } from '../_build';

const synth = (namespace?: string) => {
  const scope = new Chart(new App(), 'test', namespace === undefined ? {} : { namespace });
  new PrivateNamespace(scope, 'base', { name: 'shop' });
  return Testing.synth(scope);
};

describe('a PrivateNamespace', () => {
  it('enforces Pod Security restricted', () => {
    expect(only(synth(), 'Namespace').metadata.labels).toEqual({
      'pod-security.kubernetes.io/audit': 'restricted',
      'pod-security.kubernetes.io/enforce': 'restricted',
      'pod-security.kubernetes.io/warn': 'restricted',
    });
  });

  it('denies all traffic but DNS', () => {
    expect(only(synth(), 'NetworkPolicy', 'default-deny').spec).toEqual({
      podSelector: {},
      policyTypes: ['Egress', 'Ingress'],
    });
    expect(only(synth(), 'NetworkPolicy', 'allow-dns').spec.egress[0].ports.map((p: any) => p.port)).toEqual([53, 53]);
  });

  it('gives the default ServiceAccount no token', () => {
    expect(only(synth(), 'ServiceAccount', 'default').automountServiceAccountToken).toBe(false);
  });

  it('is in no namespace itself, also in a chart that has one', () => {
    expect(only(synth('elsewhere'), 'Namespace').metadata).not.toHaveProperty('namespace');
    expect(only(synth('elsewhere'), 'ServiceAccount').metadata.namespace).toBe('shop');
  });
});
