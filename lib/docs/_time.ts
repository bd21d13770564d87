/** `92 s`, `6 min 32 s`, `1 h 5 min`; nothing for nothing. */
export function timeText(value: number | undefined): string {
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
