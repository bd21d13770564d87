import { FAILURE_CLASSES } from '../platform/objectives';
import type { ClassPrediction, Prediction } from '../platform/prediction';
import type { Figure, Path, Term } from '../platform/term';
import { timeText } from './_time';

/** Objectives beside what is predicted, one line a figure. */
export function objectives(prediction: Prediction | undefined): string {
  if (prediction === undefined) {
    return 'Nothing was predicted, so nothing here says how long an outage may last or how much may be lost.';
  }
  const rows = classes(prediction).flatMap(classRows);
  const open = classes(prediction).filter((x) => x.objective === undefined);
  const note =
    open.length === 0
      ? ''
      : `\n\nNo objective is declared for ${open.map((x) => `\`${x.failureClass}\``).join(', ')}: nothing is promised there.`;
  return `| failure | what | objective | typical | worst | margin |\n| --- | --- | --- | --- | --- | --- |\n${rows.join('\n')}${note}`;
}

/** The sums, term by term, folded away: who doubts a figure opens it. */
export function termTables(prediction: Prediction | undefined): string {
  if (prediction === undefined) {
    return 'Nothing was predicted.';
  }
  return classes(prediction).map(classTerms).join('\n\n');
}

function classes(prediction: Prediction): ClassPrediction[] {
  return FAILURE_CLASSES.map((name) => prediction[name]);
}

function figuresOf({ writes, reads, api }: ClassPrediction): [string, Figure][] {
  return [['writes', writes], ['reads', reads], ...(api === undefined ? [] : [['API', api] as [string, Figure]])];
}

function classRows(x: ClassPrediction): string[] {
  const rto = x.objective?.rto;
  const out = figuresOf(x).map(([name, figure]) => {
    const worst = figure.blockedBy === undefined ? timeText(figure.worst) : `**no end**: ${cell(figure.blockedBy)}`;
    const room = figure.blockedBy === undefined ? margin(rto, figure.worst) : '';
    return `| ${x.failureClass} | ${name === 'API' ? 'API requests' : name} are out | ${timeText(rto)} | ${timeText(figure.typical)} | ${worst} | ${room} |`;
  });
  const { rpo } = x;
  const lost = rpo.worst === undefined ? '**no bound**' : timeText(rpo.worst);
  return [
    ...out,
    `| ${x.failureClass} | writes are lost | ${timeText(x.objective?.rpo)} | ${timeText(rpo.typical)} | ${lost} | ${margin(x.objective?.rpo, rpo.worst)} |`,
  ];
}

function classTerms(x: ClassPrediction): string {
  const columns: [string, Figure][] = [
    ...figuresOf(x),
    ...(x.redundancy === undefined ? [] : [['all replicas of the API', x.redundancy] as [string, Figure]]),
  ];
  const courses = columns.map(([name, figure]) => `${name}: ${courseOf(figure)}`);
  const loss = `What may be lost: ${x.rpo.reason} (set by ${code(x.rpo.setBy.name)}).`;
  const parts = [
    `Each row is a term, and what waits for it; "API" are API requests.\n\n${jointTable(columns)}`,
    courses.map((line) => `- ${line}`).join('\n'),
    loss,
    ...(x.rpo.terms.length === 0 ? [] : [termTable(x.rpo.terms, x.rpo.typical, x.rpo.worst)]),
    ...(x.assumes.length === 0 ? [] : [`Taken for granted:\n\n${x.assumes.map((line) => `- ${line}`).join('\n')}`]),
  ];
  return `<details>\n<summary>${x.failureClass}</summary>\n\n${parts.join('\n\n')}\n\n</details>`;
}

function courseOf(figure: Figure): string {
  const others = figure.others.map(
    (path: Path) => `${path.name}: ${timeText(path.typical)} to ${timeText(path.worst)}`,
  );
  const blocked = figure.blockedBy === undefined ? '' : `; does not come back by itself: ${figure.blockedBy}`;
  return `${figure.name}${others.length === 0 ? '' : ` (other courses: ${others.join('; ')})`}${blocked}`;
}

/** The terms of several figures that share most of them: each once, with the figures that it is part of. */
function jointTable(columns: readonly (readonly [string, Figure])[]): string {
  const rows = new Map<string, { readonly term: Term; readonly parts: string[] }>();
  const longestFirst = columns.toSorted((a, b) => b[1].terms.length - a[1].terms.length);
  for (const [, figure] of longestFirst) {
    figure.terms.forEach((term) => rows.set(identity(term), rows.get(identity(term)) ?? { term, parts: [] }));
  }
  for (const [name, figure] of columns) {
    figure.terms.forEach((term) => rows.get(identity(term))?.parts.push(name));
  }
  const terms = [...rows.values()].map(
    ({ term, parts }) =>
      `| ${cell(term.name)} | ${timeText(term.typical)} | ${timeText(term.worst)} | ${parts.join(', ')} | ${code(term.setBy.name)} | ${cell(term.source)} |`,
  );
  const sums = columns.map(
    ([name, figure]) =>
      `| **sum** | **${timeText(figure.typical)}** | **${timeText(figure.worst)}** | **${name}** | | |`,
  );
  return `| term | typical | worst | part of | set by | source |\n| --- | --- | --- | --- | --- | --- |\n${[...terms, ...sums].join('\n')}`;
}

function identity(term: Term): string {
  return JSON.stringify([term.name, term.typical, term.worst, term.setBy.name]);
}

function termTable(terms: readonly Term[], typical: number, worst: number | undefined): string {
  const rows = terms.map(
    (term) =>
      `| ${cell(term.name)} | ${timeText(term.typical)} | ${timeText(term.worst)} | ${code(term.setBy.name)} | ${cell(term.source)} |`,
  );
  return `| term | typical | worst | set by | source |
| --- | --- | --- | --- | --- |
${rows.join('\n')}
| **sum** | **${timeText(typical)}** | **${worst === undefined ? 'no bound' : timeText(worst)}** | | |`;
}

function margin(objective: number | undefined, worst: number | undefined): string {
  if (objective === undefined || worst === undefined) {
    return '';
  }
  return objective >= worst ? timeText(objective - worst) : `**missed by ${timeText(worst - objective)}**`;
}

function code(text: string): string {
  return `\`${cell(text)}\``;
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll('\n', ' ');
}
