import { type YamlObject, listOr, objectOr } from './resource';

/** Labels of pods; a list where they differ, with the values of each of them. */
export type Labels = Readonly<Record<string, unknown>>;

/** Whether labels match a selector with `matchLabels` and `matchExpressions`; of pods that differ, whether any does. */
export function selects(selector: unknown, labels: Labels): boolean {
  const { matchLabels, matchExpressions } = objectOr(selector);
  const wanted = objectOr(matchLabels);
  for (const name in wanted) {
    const value = labels[name];
    if (value !== wanted[name] && !(Array.isArray(value) && value.includes(wanted[name]))) {
      return false;
    }
  }
  return matchExpressions === undefined || listOr(matchExpressions).every((expression) => matches(expression, labels));
}

function matches(expression: YamlObject, labels: Labels): boolean {
  const value = labels[String(expression['key'])];
  const there: readonly unknown[] = value === undefined ? [] : [value].flat();
  const values = (expression['values'] ?? []) as readonly unknown[];
  switch (expression['operator']) {
    case 'In':
      return there.some((one) => values.includes(one));
    case 'NotIn':
      return there.length === 0 || there.some((one) => !values.includes(one));
    case 'Exists':
      return there.length > 0;
    default:
      return there.length === 0;
  }
}
