import { type YamlObject, listOr, objectOr } from './resource';

/** Whether labels match a selector with `matchLabels` and `matchExpressions`. */
export function selects(selector: unknown, labels: Readonly<Record<string, unknown>>): boolean {
  const { matchLabels, matchExpressions } = objectOr(selector);
  const wanted = objectOr(matchLabels);
  for (const name in wanted) {
    if (labels[name] !== wanted[name]) {
      return false;
    }
  }
  return matchExpressions === undefined || listOr(matchExpressions).every((expression) => matches(expression, labels));
}

function matches(expression: YamlObject, labels: Readonly<Record<string, unknown>>): boolean {
  const value = labels[String(expression['key'])];
  const values = (expression['values'] ?? []) as readonly unknown[];
  switch (expression['operator']) {
    case 'In':
      return value !== undefined && values.includes(value);
    case 'NotIn':
      return value === undefined || !values.includes(value);
    case 'Exists':
      return value !== undefined;
    default:
      return value === undefined;
  }
}
