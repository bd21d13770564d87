import { ApiObject, Chart, JsonPatch } from 'cdk8s';
import { Construct } from 'constructs';
import { checkDnsLabel } from '../_names';
import { markHoldsData } from '../gitops/traits';
import { DNS_EGRESS } from '../network/_rules';

/** Properties for `PrivateNamespace`. */
export interface PrivateNamespaceProps {
  /** `metadata.name` of the Namespace. */
  readonly name: string;
}

/**
 * A namespace where nothing talks to anything until a policy says so.
 *
 * Pod Security is enforced at the `restricted` level, all traffic is denied in both directions except DNS, and the
 * default ServiceAccount mounts no token. Each other construct brings the policies that it needs itself.
 */
export class PrivateNamespace extends Construct {
  public readonly name: string;
  /** The Namespace, the way out for what the properties do not cover. */
  public readonly apiObject: ApiObject;

  public constructor(scope: Construct, id: string, props: PrivateNamespaceProps) {
    super(scope, id);
    this.name = props.name;
    checkDnsLabel(this, 'name', this.name);

    this.apiObject = new ApiObject(this, 'Resource', {
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: {
        name: this.name,
        labels: {
          'pod-security.kubernetes.io/audit': 'restricted',
          'pod-security.kubernetes.io/enforce': 'restricted',
          'pod-security.kubernetes.io/warn': 'restricted',
        },
      },
    });
    if (Chart.of(this).namespace !== undefined) {
      // cdk8s gives every object the chart's namespace; a Namespace is in none.
      this.apiObject.addJsonPatch(JsonPatch.remove('/metadata/namespace'));
    }
    markHoldsData(this.apiObject);

    new ApiObject(this, 'DefaultServiceAccount', {
      apiVersion: 'v1',
      kind: 'ServiceAccount',
      metadata: { name: 'default', namespace: this.name },
      automountServiceAccountToken: false,
    });

    new ApiObject(this, 'DefaultDeny', {
      apiVersion: 'networking.k8s.io/v1',
      kind: 'NetworkPolicy',
      metadata: { name: 'default-deny', namespace: this.name },
      spec: { podSelector: {}, policyTypes: ['Egress', 'Ingress'] },
    });

    new ApiObject(this, 'AllowDns', {
      apiVersion: 'networking.k8s.io/v1',
      kind: 'NetworkPolicy',
      metadata: { name: 'allow-dns', namespace: this.name },
      spec: { podSelector: {}, policyTypes: ['Egress'], egress: [DNS_EGRESS] },
    });
  }
}
