import { listOr, objectOr } from '../resource';
import type { PolicyRule } from '../rule';
import { example, object } from './_examples';

/** Definitions have the name that their content asks for. */
export const definitionConsistent: PolicyRule = {
  name: 'definition-consistent',
  family: 'kubernetes',
  severity: 'error',
  kinds: ['apiextensions.k8s.io/v1/CustomResourceDefinition', 'apiregistration.k8s.io/v1/APIService'],
  summary: 'a definition is named after what it defines, and stores exactly one version, with a schema',
  why: 'The API server refuses it, and every object of the kind with it (kubernetes.io, Extend the Kubernetes API with CustomResourceDefinitions).',
  remediation: 'write the name as plural and group',
  example: () =>
    example(
      [
        object('apiextensions.k8s.io/v1', 'CustomResourceDefinition', 'pages.example.org', {
          metadata: { namespace: undefined },
          spec: {
            group: 'example.org',
            scope: 'Namespaced',
            names: { kind: 'Page', plural: 'pages', singular: 'page', listKind: 'PageList' },
            versions: [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: { type: 'object' } } }],
          },
        }),
      ],
      'spec.names.plural',
      'page',
    ),
  check(resource, _, report) {
    const { group = '', version, names, versions } = resource.spec;
    const wanted = resource.kind === 'APIService' ? `${version}.${group}` : `${objectOr(names)['plural']}.${group}`;
    if (resource.name !== wanted) {
      report.fail('metadata.name', `it must be '${wanted}', got '${resource.name}'`, `write '${wanted}'`);
    }
    if (resource.kind === 'APIService') {
      return;
    }
    const stored = listOr(versions).filter((one) => one['storage'] === true).length;
    if (stored !== 1) {
      report.fail('spec.versions', `exactly one version is stored, got ${stored}`, 'write storage: true once');
    }
    listOr(versions).forEach((one, i) => {
      if (objectOr(one['schema'])['openAPIV3Schema'] === undefined) {
        report.fail(['spec', 'versions', i, 'schema'], `version ${one['name']} has no schema`, 'write openAPIV3Schema');
      }
    });
  },
};
