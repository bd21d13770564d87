import type { PolicyReport } from '../policy/finding';
import type { SourceFiles } from './_check-files';
import { github } from './_check-github';
import { json } from './_check-json';
import { junit } from './_check-junit';
import { sarif } from './_check-sarif';
import { text } from './_check-text';
import type { CommandIo } from './_command';

/** One way to print a report. */
export type CheckFormat = (report: PolicyReport, files: SourceFiles, io: CommandIo) => string;

/** `--format`. */
export const formats: Readonly<Record<string, CheckFormat>> = { text, json, sarif, junit, github };
