import { listOr, objectOr } from '../resource';
import type { PolicyRule } from '../rule';
import { example, object } from './_examples';

/** Paths of an Ingress can be compared with those of requests. */
export const ingressPaths: PolicyRule = {
  name: 'ingress-paths',
  family: 'kubernetes',
  severity: 'error',
  kinds: ['networking.k8s.io/v1/Ingress'],
  summary: 'every path of type Exact or Prefix is written out, without steps back or empty parts',
  why: "The API server refuses it: '..' and '//' would mean another path to the program behind (kubernetes.io, Ingress, Path types).",
  remediation: "write the path as programs see it, such as '/api'",
  example: () =>
    example(
      [
        object('networking.k8s.io/v1', 'Ingress', 'web', {
          spec: {
            rules: [
              {
                host: 'shop.example.org',
                http: {
                  paths: [
                    { path: '/', pathType: 'Prefix', backend: { service: { name: 'web', port: { number: 80 } } } },
                  ],
                },
              },
            ],
          },
        }),
      ],
      'spec.rules[0].http.paths[0].path',
      '/a//b',
    ),
  check(resource, _, report) {
    listOr(resource.spec['rules']).forEach((rule, i) => {
      listOr(objectOr(rule['http'])['paths']).forEach(({ path, pathType }, j) => {
        if (pathType !== 'Exact' && pathType !== 'Prefix') {
          return;
        }
        const at = ['spec', 'rules', i, 'http', 'paths', j, 'path'];
        if (typeof path !== 'string') {
          report.fail(at, `pathType ${pathType} needs a path`, "write '/' for all");
        } else if (/\/\/|\/\.\.?(\/|$)|%2f/i.test(path)) {
          report.fail(at, `'${path}' has '//', '.', '..' or an encoded '/' in it`);
        }
      });
    });
  },
};
