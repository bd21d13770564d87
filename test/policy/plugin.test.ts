import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Validation } from 'cdk8s-cli/plugins';
import { describe, expect, expectTypeOf, it } from 'vitest';
import { type PluginViolation, PolicyValidation, type PolicyValidationProps } from '../../lib/policy/plugin';

const CRD = `apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: widgets.example.net}
spec:
  group: example.net
  scope: Namespaced
  names: {kind: Widget, plural: widgets}
  versions:
    - name: v1
      served: true
      storage: true
      schema:
        openAPIV3Schema: {type: object, properties: {spec: {type: object, properties: {size: {type: integer}}}}}
`;
const WIDGET = `apiVersion: example.net/v1
kind: Widget
metadata: {name: w, namespace: shop}
spec: {sise: 3}
`;

/** Runs the validation as cdk8s-cli does, and keeps what it is told. */
async function validate(files: Readonly<Record<string, string>>, props: PolicyValidationProps = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'phoenix-plugin-'));
  const paths = Object.entries(files).map(([name, text]) => {
    writeFileSync(join(folder, name), text);
    return join(folder, name);
  });
  const violations: PluginViolation[] = [];
  let status = '';
  let summary: Readonly<Record<string, string>> = {};
  await new PolicyValidation({
    ...props,
    ...(props.customResourceFiles === undefined
      ? {}
      : { customResourceFiles: props.customResourceFiles.map((name) => join(folder, name)) }),
  }).validate({
    manifests: paths.filter((path) => path.endsWith('.yaml')),
    metadata: { w: { path: 'shop/widget' } },
    report: {
      addViolation: (violation) => violations.push(violation),
      submit: (given, metadata = {}) => {
        status = given;
        summary = metadata;
      },
    },
  });
  return { violations, status, summary };
}

describe('the validation for cdk8s-cli', () => {
  it('is what cdk8s-cli asks for', () => {
    expectTypeOf<PolicyValidation>().toExtend<Validation>();
  });

  it('writes a warning as one, and succeeds', async () => {
    const { violations, status, summary } = await validate({ 'w.yaml': WIDGET });
    expect(violations).toMatchObject([
      { ruleName: 'warning: unknown-kind', recommendation: 'Without a schema nothing in it is checked.' },
    ]);
    expect(status).toBe('success');
    expect(summary).toMatchObject({ objects: '1', errors: '0', warnings: '1' });
  });

  it('judges kinds whose definitions are in files of their own', async () => {
    const { violations, status } = await validate(
      { 'w.yaml': WIDGET, 'crd.yml': CRD },
      { customResourceFiles: ['crd.yml'] },
    );
    expect(status).toBe('failure');
    expect(violations).toMatchObject([
      {
        ruleName: 'schema',
        fix: "write 'size'",
        violatingResources: [{ resourceName: 'Widget shop/w', locations: ["spec.sise: unknown field 'sise'"] }],
      },
    ]);
  });

  it.each<[object, string]>([
    [{ factz: {} }, "has an unknown field 'factz'; meant is 'facts'"],
    [{ facts: { node: ['a'] } }, "'facts' has an unknown field 'node'; meant is 'nodes'"],
    [{ facts: { kubernetes: 1.34 } }, "'facts' has 'kubernetes', which must be one of "],
    [{ ignore: [{ rule: 'image-digest' }] }, "has 'ignore', which must be a list of rule, reason and"],
    [{ customResourceFiles: 'crd.yaml' }, "has 'customResourceFiles', which must be a list of files"],
  ])('refuses %j, because cdk8s-cli takes any properties', (props, message) => {
    expect(() => new PolicyValidation(props)).toThrow(message);
  });

  it('lists what was accepted and what was not judged', async () => {
    const ignore = [{ rule: 'unknown-kind', reason: 'another team has the schema' }];
    const { summary, violations } = await validate({ 'w.yaml': WIDGET }, { ignore });
    expect(violations).toEqual([]);
    expect(summary['accepted']).toBe('1\nWidget shop/w [unknown-kind]: another team has the schema');
    expect(summary['skipped']).toMatch(/^(\d+)\n\1 checks: its kind has no schema here \[/);
  });

  it('fails on a file that cannot be read', async () => {
    const { violations, status } = await validate({ 'w.yaml': 'a: [' });
    expect(status).toBe('failure');
    expect(violations.map(({ ruleName }) => ruleName)).toEqual(['unreadable']);
  });
});
