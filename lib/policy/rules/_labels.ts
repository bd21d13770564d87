/** ` in namespace 'shop'`; nothing where an object says none. */
export function inNamespace(namespace: string): string {
  return namespace === '' ? '' : ` in namespace '${namespace}'`;
}

/** `app=web, tier=front`. */
export function showLabels(labels: Readonly<Record<string, unknown>>): string {
  return Object.entries(labels)
    .map(([name, value]) => `${name}=${String(value)}`)
    .join(', ');
}

/** A selector for a message: its labels, or that it takes everything. */
export function showSelector(selector: unknown): string {
  const { matchLabels, matchExpressions } = (selector ?? {}) as Readonly<Record<string, unknown>>;
  const parts = [
    showLabels((matchLabels ?? {}) as Readonly<Record<string, unknown>>),
    ...((matchExpressions ?? []) as readonly Readonly<Record<string, unknown>>[]).map((expression) =>
      JSON.stringify(expression),
    ),
  ].filter((part) => part !== '');
  return parts.join(', ') || 'any label';
}
