import { clamp } from '../../shared/clamp.js';
import { lookAt } from '../../shared/foreign-value.js';

export const RETRY_AFTER_MIN_MS = 1_000;
export const RETRY_AFTER_MAX_MS = 300_000;

/**
 * How long a provider's error asks to wait, in milliseconds: its `retryAfterMs`, or its `retryAfter` as seconds
 * or as a date. Clamped to 1 s .. 5 min; undefined where it asks nothing that makes sense.
 */
export function retryAfterMs(error: unknown, wallMs: number): number | undefined {
  const asked = lookAt(error);
  const delayMs = milliseconds(asked.retryAfterMs) ?? parseRetryAfterMs(asked.retryAfter, wallMs);
  return delayMs === undefined ? undefined : clamp(delayMs, RETRY_AFTER_MIN_MS, RETRY_AFTER_MAX_MS);
}

/** `Retry-After` as seconds or as a date, in milliseconds from now; not clamped. */
export function parseRetryAfterMs(value: unknown, wallMs: number): number | undefined {
  if (typeof value === 'number') return milliseconds(value * 1000);
  if (typeof value === 'string') {
    const text = value.trim();
    if (/^\d+(\.\d+)?$/.test(text)) return Number(text) * 1000;
    return untilMs(Date.parse(text), wallMs);
  }
  try {
    // Reads nothing of the app's own, and refuses whatever is no date.
    return untilMs(Date.prototype.getTime.call(value), wallMs);
  } catch {
    return undefined;
  }
}

function milliseconds(value: unknown): number | undefined {
  return typeof value === 'number' && value >= 0 ? value : undefined;
}

function untilMs(dateMs: number, wallMs: number): number | undefined {
  return Number.isNaN(dateMs) ? undefined : Math.max(0, dateMs - wallMs);
}
