import { printableJson } from '../_printable';
import { jsonPointer } from '../policy/_path';
import { type Finding, type PolicyReport, objectName } from '../policy/finding';
import type { SourceFiles } from './_check-files';
import { locator } from './_check-places';

/** For programs: everything that the report holds. */
export function json(report: PolicyReport, files: SourceFiles): string {
  const locate = locator(files);
  const findings = report.findings.map((finding) => ({ ...plain(finding), ...locate(finding) }));
  const skipped = report.skipped.map(({ object, ...rest }) => ({ ...rest, object: objectName(object) }));
  const suppressed = report.suppressed.map(({ finding, reason, written }) => ({
    ...plain(finding),
    ...locate(finding),
    reason,
    written,
  }));
  const { objects, passed, failed } = report;
  return `${printableJson({ objects, passed, failed, findings, skipped, suppressed })}\n`;
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
