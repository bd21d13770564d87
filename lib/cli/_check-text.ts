import { printable } from '../_printable';
import { groupBy } from '../policy/_group';
import type { PolicyReport } from '../policy/finding';
import { acceptedLine, skippedLines } from '../policy/report-lines';
import type { SourceFiles } from './_check-files';
import { type Place, locator } from './_check-places';
import { count, fileOf, placeOf } from './_check-words';
import type { CommandIo } from './_command';
import { paint } from './_paint';

/** For people: findings by file and from its top to its end, then what was accepted and what was not judged. */
export function text(report: PolicyReport, files: SourceFiles, io: CommandIo): string {
  const locate = locator(files);
  const groups = groupBy(report.findings, (finding) => fileOf(finding) || 'no file');
  const blocks = [...groups].map(([file, findings]) => {
    const placed = findings.map((finding) => ({ finding, place: locate(finding) }));
    const rows = placed.toSorted(byPlace).map(({ finding, place }) => {
      const at = place === undefined ? '' : `${place.line}:${place.column}  `;
      const mark = paint(io, finding.severity === 'error' ? 'red' : 'yellow', finding.severity);
      const fix = finding.fix === undefined ? '' : `\n      to do: ${printable(finding.fix)}`;
      const what = printable(`${placeOf(finding)}${finding.message}`);
      return `  ${at}${mark}  ${what} ${paint(io, 'dim', `[${finding.rule}]`)}${fix}\n`;
    });
    return `${paint(io, 'bold', printable(file))}\n${rows.join('')}\n`;
  });
  const accepted = block('accepted, with the reason given', report.suppressed.map(acceptedLine));
  const skipped = block('not judged', skippedLines(report.skipped));
  return `${blocks.join('')}${accepted}${skipped}${summary(report, io)}\n`;
}

function block(title: string, lines: readonly string[]): string {
  return lines.length === 0 ? '' : `${title}\n${lines.map((line) => `  ${line}\n`).join('')}\n`;
}

/** What has no place stays where it is. */
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
