import type { RecordFigure, RecordProof } from './decision-record';

/** Objectives beside what is predicted, one line each. */
export function objectives(figures: readonly RecordFigure[] | undefined): string {
  if (figures === undefined || figures.length === 0) {
    return 'None is declared: nothing here promises how long an outage may last or how much may be lost.';
  }
  const rows = figures.map(
    (x) =>
      `| ${x.failureClass} | ${x.what} | ${x.objective === undefined ? 'none' : seconds(x.objective)} | ${seconds(x.typical)} | ${seconds(x.worst)} | ${margin(x)} |`,
  );
  return `| failure | figure | objective | typical | worst | margin |\n| --- | --- | --- | --- | --- | --- |\n${rows.join('\n')}`;
}

/** The sums, term by term. */
export function figures(all: readonly RecordFigure[] | undefined): string {
  const sums = (all ?? []).filter((figure) => figure.terms.length > 0);
  if (sums.length === 0) {
    return 'Nothing was predicted.';
  }
  return sums.map(figureTable).join('\n\n');
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

function figureTable(figure: RecordFigure): string {
  const rows = figure.terms.map(
    (term) =>
      `| ${term.name} | ${seconds(term.typical)} | ${seconds(term.worst)} | ${cell(term.setBy)} | ${cell(term.source)} |`,
  );
  return `### ${figure.failureClass}: ${figure.what}

| term | typical | worst | set by | source |
| --- | --- | --- | --- | --- |
${rows.join('\n')}
| **sum** | **${seconds(figure.typical)}** | **${seconds(figure.worst)}** | | |`;
}

function margin({ objective, worst }: RecordFigure): string {
  if (objective === undefined) {
    return '';
  }
  return objective >= worst ? seconds(objective - worst) : `**missed by ${seconds(worst - objective)}**`;
}

/** `92 s`, `6 min 32 s`, `1 h 5 min`; without bound where there is none. */
function seconds(value: number): string {
  if (!Number.isFinite(value)) {
    return 'no bound';
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

function cell(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll('\n', ' ');
}
