import { groupBy } from '../policy/_group';
import type { Finding, PolicyReport } from '../policy/finding';
import { acceptedLine, skippedLines } from '../policy/report-lines';
import type { SourceFiles } from './_check-files';
import { locator } from './_check-places';
import { count, fileOf, sentence } from './_check-words';

/** JUnit XML: one case for each rule that found something, each accepted finding and each reason not to judge, and one for all that passed. */
export function junit(report: PolicyReport, files: SourceFiles): string {
  const locate = locator(files);
  const lineOf = (finding: Finding): string => {
    const place = locate(finding);
    const at = place === undefined ? '' : `:${place.line}:${place.column}`;
    return `${fileOf(finding)}${at}: ${sentence(finding)}`;
  };
  const byRule = [...groupBy(report.findings, ({ rule }) => rule)];
  const isFailure = ([, findings]: readonly [string, readonly Finding[]]): boolean =>
    findings.some(({ severity }) => severity === 'error');
  const found = byRule.map(([rule, findings]) => {
    const lines = xml(findings.map(lineOf).join('\n'));
    const errors = findings.filter(({ severity }) => severity === 'error').length;
    return testCase(
      rule,
      errors > 0 ? `<failure message="${errors} found">${lines}</failure>` : `<system-out>${lines}</system-out>`,
    );
  });
  const skipped = [
    ...report.suppressed.map((one) => testCase(`${one.finding.rule} accepted`, skip(acceptedLine(one)))),
    ...skippedLines(report.skipped).map((line) => testCase(`not judged: ${line}`, skip(line))),
  ];
  const rest = testCase(`${count(report.passed, 'check')} of ${count(report.objects, 'object')}`, '');
  const cases = [...found, ...skipped, rest];
  const totals = `tests="${cases.length}" failures="${byRule.filter(isFailure).length}"`;
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="phoenix check" ${totals}>`,
    `  <testsuite name="phoenix check" ${totals} skipped="${skipped.length}">`,
    ...cases,
    '  </testsuite>',
    '</testsuites>',
    '',
  ].join('\n');
}

function testCase(name: string, body: string): string {
  return `    <testcase classname="phoenix.check" name="${xml(name)}">${body}</testcase>`;
}

function skip(line: string): string {
  return `<skipped message="${xml(line)}"/>`;
}

function xml(value: string): string {
  return value
    .replace(/[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD]/g, '?')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}
