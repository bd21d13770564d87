import { type Finding, type PolicyReport, objectName } from '../policy/finding';
import { groupBy } from '../policy/_group';
import { jsonPointer } from '../policy/_path';
import { rules } from '../policy/registry';
import { type Locate, type Place, locator } from './_check-places';
import type { SourceFiles } from './_check-files';
import type { CommandIo } from './_command';
import { paint } from './_paint';

/** One way to print a report. */
export type CheckFormat = (report: PolicyReport, files: SourceFiles, io: CommandIo) => string;

/** `--format`. */
export const formats: Readonly<Record<string, CheckFormat>> = { text, json, sarif, junit, github };

function text(report: PolicyReport, files: SourceFiles, io: CommandIo): string {
  const locate = locator(files);
  const groups = groupBy(report.findings, ({ object }) => object.origin.file ?? 'no file');
  const blocks = [...groups].map(([file, findings]) => {
    const placed = findings.map((finding) => ({ finding, place: locate(finding) }));
    const rows = placed.toSorted(byPlace).map(({ finding, place }) => {
      const at = place === undefined ? '' : `${place.line}:${place.column}  `;
      const mark = paint(io, finding.severity === 'error' ? 'red' : 'yellow', finding.severity);
      const fix = finding.fix === undefined ? '' : `\n      to do: ${finding.fix}`;
      const what = placeOf(finding);
      return `  ${at}${mark}  ${what}${finding.message} ${paint(io, 'dim', `[${finding.rule}]`)}${fix}\n`;
    });
    return `${paint(io, 'bold', file)}\n${rows.join('')}\n`;
  });
  const suppressed = report.suppressed.map(
    ({ finding, reason }) => `  ${objectName(finding.object)} [${finding.rule}]: ${reason}\n`,
  );
  const accepted = suppressed.length === 0 ? '' : `accepted, with the reason given\n${suppressed.join('')}\n`;
  return `${blocks.join('')}${accepted}${summary(report, io)}\n`;
}

/** From the top of the file to its end; what has no place stays where it is. */
function byPlace(a: { readonly place: Place | undefined }, b: { readonly place: Place | undefined }): number {
  return (a.place?.line ?? 0) - (b.place?.line ?? 0) || (a.place?.column ?? 0) - (b.place?.column ?? 0);
}

function summary(report: PolicyReport, io: CommandIo): string {
  const errors = report.findings.filter(({ severity }) => severity === 'error').length;
  const warnings = report.findings.length - errors;
  const verdict = errors > 0 ? paint(io, 'red', count(errors, 'error')) : paint(io, 'green', 'no errors');
  const others = warnings > 0 ? `, ${paint(io, 'yellow', count(warnings, 'warning'))}` : '';
  return (
    `${verdict}${others}: ${count(report.objects, 'object')}, ${count(report.passed, 'check')} passed, ${report.failed} failed, ` +
    `${report.skipped.length} skipped${report.suppressed.length > 0 ? `, ${report.suppressed.length} accepted` : ''}`
  );
}

function json(report: PolicyReport, files: SourceFiles): string {
  const locate = locator(files);
  const findings = report.findings.map((finding) => ({
    ...plain(finding),
    ...locate(finding),
  }));
  const skipped = report.skipped.map(({ rule, object, reason }) => ({ rule, object: objectName(object), reason }));
  const suppressed = report.suppressed.map(({ finding, reason }) => ({ ...plain(finding), reason }));
  const { objects, passed, failed } = report;
  return `${JSON.stringify({ objects, passed, failed, findings, skipped, suppressed }, null, 2)}\n`;
}

function plain(finding: Finding): Readonly<Record<string, unknown>> {
  const { rule, severity, object, path, segments, message, fix } = finding;
  const { apiVersion, kind, namespace, name, origin } = object;
  return {
    rule,
    severity,
    file: origin.file,
    apiVersion,
    kind,
    namespace,
    name,
    path,
    pointer: jsonPointer(segments),
    message,
    fix,
  };
}

/** SARIF 2.1.0, which code hosts show beside the lines of a change. */
function sarif(report: PolicyReport, files: SourceFiles): string {
  const locate = locator(files);
  const used = [...new Set(report.findings.map(({ rule }) => rule))].toSorted();
  const described = used.map((id) => {
    const rule = rules.find(({ name }) => name === id);
    return {
      id,
      shortDescription: { text: rule?.summary ?? `what the ${id} layer checks` },
      ...(rule === undefined ? {} : { fullDescription: { text: rule.why }, help: { text: rule.remediation } }),
    };
  });
  const results = report.findings.map((finding) => ({
    ruleId: finding.rule,
    ruleIndex: used.indexOf(finding.rule),
    level: finding.severity,
    message: { text: sentence(finding) },
    locations: [
      {
        physicalLocation: {
          artifactLocation: { uri: (finding.object.origin.file ?? '').replaceAll('\\', '/') },
          ...region(locate, finding),
        },
        logicalLocations: [{ fullyQualifiedName: `${objectName(finding.object)} ${finding.path}`.trim() }],
      },
    ],
  }));
  const driver = { name: 'phoenix', informationUri: 'https://www.npmjs.com/package/cdk8s-phoenix', rules: described };
  const log = {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [{ tool: { driver }, results }],
  };
  return `${JSON.stringify(log, null, 2)}\n`;
}

function region(locate: Locate, finding: Finding): object {
  const place = locate(finding);
  return place === undefined ? {} : { region: { startLine: place.line, startColumn: place.column } };
}

/** JUnit XML: one test case for each rule that found something, and one for all that passed. */
function junit(report: PolicyReport): string {
  const byRule = groupBy(report.findings, ({ rule }) => rule);
  const cases = [...byRule].map(([rule, findings]) => {
    const errors = findings.filter(({ severity }) => severity === 'error');
    const lines = xml(
      findings.map((finding) => `${finding.object.origin.file ?? ''}: ${sentence(finding)}`).join('\n'),
    );
    const body =
      errors.length > 0
        ? `<failure message="${xml(`${errors.length} found`)}">${lines}</failure>`
        : `<system-out>${lines}</system-out>`;
    return `    <testcase classname="phoenix.check" name="${xml(rule)}">${body}</testcase>`;
  });
  const failures = [...byRule.values()].filter((all) => all.some(({ severity }) => severity === 'error')).length;
  const rest = `    <testcase classname="phoenix.check" name="${report.passed} checks of ${report.objects} objects"/>`;
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="phoenix check" tests="${cases.length + 1}" failures="${failures}">`,
    `  <testsuite name="phoenix check" tests="${cases.length + 1}" failures="${failures}">`,
    ...cases,
    rest,
    '  </testsuite>',
    '</testsuites>',
    '',
  ].join('\n');
}

/** Workflow commands, which GitHub shows beside the lines of a change. */
function github(report: PolicyReport, files: SourceFiles): string {
  const locate = locator(files);
  const lines = report.findings.map((finding) => {
    const place = locate(finding);
    const properties = [
      `file=${property(finding.object.origin.file ?? '')}`,
      ...(place === undefined ? [] : [`line=${place.line}`, `col=${place.column}`]),
      `title=${property(finding.rule)}`,
    ];
    return `::${finding.severity} ${properties.join(',')}::${data(sentence(finding))}`;
  });
  return lines.map((line) => `${line}\n`).join('');
}

function sentence(finding: Finding): string {
  return `${placeOf(finding)}${finding.message}${finding.fix === undefined ? '' : `; to do: ${finding.fix}`}`;
}

/** `Cluster shop/db spec.instances: `, or nothing for a file as a whole. */
function placeOf({ object, path }: Finding): string {
  const parts = [object.kind === 'file' ? '' : objectName(object), path].filter((part) => part !== '');
  return parts.length === 0 ? '' : `${parts.join(' ')}: `;
}

function xml(value: string): string {
  return value
    .replace(/[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD]/g, '?')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}

function data(value: string): string {
  return value.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}

function property(value: string): string {
  return data(value).replaceAll(':', '%3A').replaceAll(',', '%2C');
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}
