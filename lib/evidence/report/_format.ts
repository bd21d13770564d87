/** Seconds as a person says them: `0.42 s`, `12.3 s`, `4 min 10 s`, `3 days`. */
export function seconds(value: number): string {
  if (value < 10) {
    return `${trim(value.toFixed(2))} s`;
  }
  if (value < 60) {
    return `${trim(value.toFixed(1))} s`;
  }
  const whole = Math.round(value);
  return (
    [
      [Math.floor(whole / 86_400), whole < 172_800 ? 'day' : 'days'],
      [Math.floor(whole / 3600) % 24, 'h'],
      [Math.floor(whole / 60) % 60, 'min'],
      [whole % 60, 's'],
    ] as const
  )
    .filter(([count]) => count > 0)
    .slice(0, 2)
    .map(([count, unit]) => `${count} ${unit}`)
    .join(' ');
}

/** Milliseconds, or what null means for an outage. */
export function outage(ms: number | null | undefined): string {
  return ms === undefined ? 'not measured' : ms === null ? 'not back within the bound' : seconds(ms / 1000);
}

/** A count that nobody may know: `41,210`. */
export function count(value: number | null): string {
  return value === null ? 'unknown' : String(value).replace(/\B(?=(\d{3})+$)/g, ',');
}

/** `2026-11-23 03:10:00 UTC`: the same on every machine. */
export function time(iso: string): string {
  return `${iso.slice(0, 10)} ${iso.slice(11, 19)} UTC`;
}

/** The first hexadecimal digits of a digest, enough to tell two apart on paper. */
export function short(digest: string): string {
  return /^sha256:[0-9a-f]{64}$/.test(digest) ? digest.slice(7, 19) : digest;
}

function trim(decimal: string): string {
  return decimal.replace(/\.?0+$/, '');
}
