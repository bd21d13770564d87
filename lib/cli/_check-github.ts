import { printable } from '../_printable';
import type { Finding, PolicyReport } from '../policy/finding';
import { skippedLines } from '../policy/report-lines';
import type { SourceFiles } from './_check-files';
import { locator } from './_check-places';
import { fileOf, sentence } from './_check-words';

/** Workflow commands, which GitHub shows beside the lines of a change; what was accepted or not judged as notices. */
export function github(report: PolicyReport, files: SourceFiles): string {
  const locate = locator(files);
  const command = (level: string, finding: Finding, text: string): string => {
    const place = locate(finding);
    const properties = [
      `file=${property(fileOf(finding))}`,
      ...(place === undefined ? [] : [`line=${place.line}`, `col=${place.column}`]),
      `title=${property(finding.rule)}`,
    ];
    return `::${level} ${properties.join(',')}::${data(text)}\n`;
  };
  const findings = report.findings.map((finding) => command(finding.severity, finding, sentence(finding)));
  const accepted = report.suppressed.map(({ finding, reason }) =>
    command('notice', finding, `accepted: ${sentence(finding)}; because: ${printable(reason)}`),
  );
  const skipped = skippedLines(report.skipped).map((line) => `::notice title=not judged::${data(line)}\n`);
  return [...findings, ...accepted, ...skipped].join('');
}

function data(value: string): string {
  return value.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}

function property(value: string): string {
  return data(printable(value)).replaceAll(':', '%3A').replaceAll(',', '%2C');
}
