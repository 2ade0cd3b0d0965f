/**
 * A time of the coordinator as text that sorts, from either dialect: RFC 3339, or nanoseconds since the epoch.
 * Undefined where it is neither.
 */
export function instantOf(time: unknown): string | undefined {
  let seconds = Number.NaN;
  let fraction = '';
  if (typeof time === 'string') {
    // Cut off by hand: no platform keeps more than milliseconds, and some refuse more digits.
    seconds = Date.parse(time.replace(/\.\d+/, '')) / 1000;
    [, fraction = ''] = /\.(\d{1,9})/.exec(time) ?? [];
  } else if (typeof time === 'number' && time >= 0) {
    const nanoseconds = time % 1e9;
    seconds = (time - nanoseconds) / 1e9;
    fraction = String(nanoseconds).padStart(9, '0');
  }
  return seconds >= 0 && seconds < 1e12
    ? String(seconds).padStart(12, '0') + fraction.padEnd(9, '0')
    : undefined;
}
