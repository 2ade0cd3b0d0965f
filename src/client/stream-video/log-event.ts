import { StreamVideoError } from '../../shared/errors.js';
import { read } from '../../shared/foreign-value.js';
import type { LocalEvents } from '../events.js';
import type { LogData, Logger } from '../logger.js';

/** Local events that a developer should see without asking. */
const WARNINGS: readonly string[] = ['token.refresh_failed', 'token.expired', 'auth.suspended', 'clock.skew'];

/** Writes an event to the log: errors by what they say and users by their id, since an app's may hold anything. */
export function logEvent(logger: Logger, name: keyof LocalEvents, event: LogData): void {
  const named = (value: unknown): unknown => {
    if (typeof value !== 'object' || value === null) return value;
    if (!(value instanceof StreamVideoError)) return read(value, 'id');
    return {
      code: read(value, 'code'),
      message: read(value, 'message'),
      remediation: read(value, 'remediation'),
    };
  };
  const data = Object.fromEntries(Object.entries(event).map(([key, value]) => [key, named(value)]));
  logger[WARNINGS.includes(name) ? 'warn' : 'debug'](name, data);
}
