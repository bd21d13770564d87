import { FAILURE_CLASSES } from '../platform/objectives';
import type { ClassPrediction, Figure, Path, Prediction, Term } from '../platform/prediction';
import type { RecordProof } from './decision-record';

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
  return classes(prediction)
    .map((x) => {
      const parts = figuresOf(x).map(([name, figure]) => figureTable(`${name} are out`, figure));
      const loss = `**What may be lost**: ${x.rpo.reason} (set by ${code(x.rpo.setBy.name)}).${
        x.rpo.terms.length === 0 ? '' : `\n\n${termTable(x.rpo.terms, x.rpo.typical, x.rpo.worst)}`
      }`;
      return `<details>\n<summary>${x.failureClass}</summary>\n\n${[...parts, loss].join('\n\n')}\n\n</details>`;
    })
    .join('\n\n');
}

/** What was proven about lost nodes. */
export function proofs(all: readonly RecordProof[] | undefined): string {
  if (all === undefined || all.length === 0) {
    return 'Nothing was proven.';
  }
  return all
    .map(({ statement, holds, counterexample }) =>
      holds
        ? `- holds: ${statement}`
        : `- **does not hold**: ${statement}${counterexample === undefined ? '' : `: ${counterexample}`}`,
    )
    .join('\n');
}

function classes(prediction: Prediction): ClassPrediction[] {
  return FAILURE_CLASSES.map((name) => prediction[name]);
}

function figuresOf({ writes, reads, api }: ClassPrediction): [string, Figure][] {
  return [
    ['writes', writes],
    ['reads', reads],
    ...(api === undefined ? [] : [['API requests', api] as [string, Figure]]),
  ];
}

function classRows(x: ClassPrediction): string[] {
  const rto = x.objective?.rto;
  const out = figuresOf(x).map(([name, figure]) => {
    const worst = figure.blockedBy === undefined ? seconds(figure.worst) : `**no end**: ${cell(figure.blockedBy)}`;
    const room = figure.blockedBy === undefined ? margin(rto, figure.worst) : '';
    return `| ${x.failureClass} | ${name} are out | ${seconds(rto)} | ${seconds(figure.typical)} | ${worst} | ${room} |`;
  });
  const { rpo } = x;
  const lost = rpo.worst === undefined ? '**no bound**' : seconds(rpo.worst);
  return [
    ...out,
    `| ${x.failureClass} | writes are lost | ${seconds(x.objective?.rpo)} | ${seconds(rpo.typical)} | ${lost} | ${margin(x.objective?.rpo, rpo.worst)} |`,
  ];
}

function figureTable(title: string, figure: Figure): string {
  const others = figure.others.map((path: Path) => `${path.name}: ${seconds(path.typical)} to ${seconds(path.worst)}`);
  return `**${title}**: ${figure.name}${figure.blockedBy === undefined ? '' : ` (does not come back by itself: ${figure.blockedBy})`}

${termTable(figure.terms, figure.typical, figure.worst)}${others.length === 0 ? '' : `\n\nOther courses: ${others.join('; ')}.`}`;
}

function termTable(terms: readonly Term[], typical: number, worst: number | undefined): string {
  const rows = terms.map(
    (term) =>
      `| ${cell(term.name)} | ${seconds(term.typical)} | ${seconds(term.worst)} | ${code(term.setBy.name)} | ${cell(term.source)} |`,
  );
  return `| term | typical | worst | set by | source |
| --- | --- | --- | --- | --- |
${rows.join('\n')}
| **sum** | **${seconds(typical)}** | **${worst === undefined ? 'no bound' : seconds(worst)}** | | |`;
}

function margin(objective: number | undefined, worst: number | undefined): string {
  if (objective === undefined || worst === undefined) {
    return '';
  }
  return objective >= worst ? seconds(objective - worst) : `**missed by ${seconds(worst - objective)}**`;
}

/** `92 s`, `6 min 32 s`, `1 h 5 min`; nothing for nothing. */
function seconds(value: number | undefined): string {
  if (value === undefined) {
    return '';
  }
  const whole = Math.round(value * 10) / 10;
  if (whole < 120) {
    return `${whole} s`;
  }
  const total = Math.round(whole);
  const parts = [
    [Math.floor(total / 86_400), 'd'],
    [Math.floor((total % 86_400) / 3600), 'h'],
    [Math.floor((total % 3600) / 60), 'min'],
    [total % 60, 's'],
  ] as const;
  return parts
    .filter(([amount]) => amount > 0)
    .map(([amount, unit]) => `${amount} ${unit}`)
    .join(' ');
}

function code(text: string): string {
  return `\`${cell(text)}\``;
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll('\n', ' ');
}
