import { isAbsolute } from 'node:path';
import { pathToFileURL } from 'node:url';
import { printableJson } from '../_printable';
import { type Finding, type PolicyReport, objectName } from '../policy/finding';
import { rules } from '../policy/registry';
import { skippedLines } from '../policy/report-lines';
import type { SourceFiles } from './_check-files';
import { type Locate, locator } from './_check-places';
import { fileOf, sentence } from './_check-words';

/**
 * SARIF 2.1.0, which code hosts show beside the lines of a change. What was accepted is a suppressed result; what was not
 * judged is a notification of the run.
 */
export function sarif(report: PolicyReport, files: SourceFiles): string {
  const locate = locator(files);
  const findings = [...report.findings, ...report.suppressed.map(({ finding }) => finding)];
  const used = [...new Set(findings.map(({ rule }) => rule))].toSorted();
  const resultOf = (finding: Finding): object => ({
    ruleId: finding.rule,
    ruleIndex: used.indexOf(finding.rule),
    level: finding.severity,
    message: { text: sentence(finding) },
    locations: [location(finding, locate)],
  });
  const results = [
    ...report.findings.map(resultOf),
    ...report.suppressed.map(({ finding, reason, written }) => ({
      ...resultOf(finding),
      suppressions: [{ kind: written === 'object' ? 'inSource' : 'external', justification: reason }],
    })),
  ];
  const driver = {
    name: 'phoenix',
    informationUri: 'https://www.npmjs.com/package/cdk8s-phoenix',
    rules: used.map(described),
  };
  const notes = skippedLines(report.skipped).map((line) => ({
    level: 'note',
    message: { text: `not judged: ${line}` },
  }));
  const invocations = [{ executionSuccessful: true, toolExecutionNotifications: notes }];
  return `${printableJson({
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [{ tool: { driver }, invocations, results }],
  })}\n`;
}

function described(id: string): object {
  const rule = rules.find(({ name }) => name === id);
  return {
    id,
    shortDescription: { text: rule?.summary ?? `what the ${id} layer checks` },
    ...(rule === undefined ? {} : { fullDescription: { text: rule.why }, help: { text: rule.remediation } }),
  };
}

function location(finding: Finding, locate: Locate): object {
  const place = locate(finding);
  return {
    physicalLocation: {
      artifactLocation: { uri: uriOf(fileOf(finding)) },
      ...(place === undefined ? {} : { region: { startLine: place.line, startColumn: place.column } }),
    },
    logicalLocations: [{ fullyQualifiedName: `${objectName(finding.object)} ${finding.path}`.trim() }],
  };
}

/** A path as a relative reference of RFC 3986, or as a file URI where it is absolute. */
function uriOf(file: string): string {
  return isAbsolute(file)
    ? pathToFileURL(file).href
    : file.replaceAll('\\', '/').split('/').map(encodeURIComponent).join('/');
}
