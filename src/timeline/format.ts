import { maskTokens } from '../shared/sanitize.js';

const SECOND_MS = 1000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;
const MAX_DATE_MS = 8.64e15;

const two = (value: number) => String(value).padStart(2, '0');

/** The time of day where the reader is. */
export function timeOfDay(at: number, { withMs = false } = {}): string {
  if (!(Math.abs(at) <= MAX_DATE_MS)) return 'never';
  const date = new Date(at);
  const time = `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`;
  return withMs ? `${time}.${String(date.getMilliseconds()).padStart(3, '0')}` : time;
}

/** `340 ms`, `42 s`, `4 min 10 s`, `1 h 5 min`. */
export function duration(ms: number): string {
  if (!Number.isFinite(ms)) return 'for ever';
  if (ms < 0) return `-${duration(-ms)}`;
  if (ms < SECOND_MS) return `${ms < 10 && ms > 0 ? ms.toFixed(1) : Math.round(ms)} ms`;
  if (ms < MINUTE_MS - SECOND_MS / 2) return `${Math.round(ms / SECOND_MS)} s`;
  if (ms < HOUR_MS - SECOND_MS / 2) return both(ms, MINUTE_MS, 'min', SECOND_MS, 's');
  return both(ms, HOUR_MS, 'h', MINUTE_MS, 'min');
}

/** How long a token was meant to live: claims count whole seconds, and issuers round some up and others down. */
export function lifetime(ms: number): string {
  const minutesMs = Math.round(ms / MINUTE_MS) * MINUTE_MS;
  return duration(minutesMs > 0 && Math.abs(ms - minutesMs) <= 2 * SECOND_MS ? minutesMs : ms);
}

function both(ms: number, large: number, largeName: string, small: number, smallName: string): string {
  const whole = Math.round(ms / small);
  const perLarge = large / small;
  const rest = whole % perLarge;
  return `${Math.floor(whole / perLarge)} ${largeName}${rest === 0 ? '' : ` ${rest} ${smallName}`}`;
}

/** Text from a client, bounded and with anything like a token masked. */
export function shown(text: unknown, maxLength = 200): string {
  const masked = maskTokens(String(text).slice(0, 20_000));
  return masked.length > maxLength ? `${masked.slice(0, maxLength - 1)}…` : masked;
}

/** A value as JSON to read, with anything like a token masked. */
export function shownJson(value: unknown): string {
  return shown(JSON.stringify(value, undefined, 2) ?? 'undefined', 20_000);
}
