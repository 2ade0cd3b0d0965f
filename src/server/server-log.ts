import { callSafely } from '../shared/call-safely.js';
import { read } from '../shared/foreign-value.js';
import { sanitize } from '../shared/sanitize.js';

/** Where details go that no client may see. A logger of the client door fits. */
export interface ServerLogger {
  /** A request failed for a reason of the server's own: something to repair. */
  error(message: string, data?: Readonly<Record<string, unknown>>): void;
  /** A request was refused. */
  warn?(message: string, data?: Readonly<Record<string, unknown>>): void;
}

export function isServerLogger(value: unknown): value is ServerLogger {
  return typeof read(value, 'error') === 'function';
}

/** Hands text on to the app's logger, tokens masked; a logger that throws disturbs nobody. */
export class ServerLog {
  readonly #logger: ServerLogger;

  constructor(logger: ServerLogger | undefined) {
    this.#logger = logger ?? console;
  }

  /** Tells the logger of something thrown by its name, code, message and remediation. */
  threw(message: string, reason: unknown): void {
    this.failed(message, describeError(reason));
  }

  failed(message: string, data: Readonly<Record<string, unknown>>): void {
    callSafely(() => this.#logger.error(message, data));
  }

  refused(message: string, data: Readonly<Record<string, unknown>>): void {
    callSafely(() => this.#logger.warn?.(message, data));
  }
}

/** Never the error itself: it may hold the headers of a request, and so a token. */
function describeError(reason: unknown): Readonly<Record<string, unknown>> {
  if (typeof reason !== 'object' || reason === null) return { error: sanitize(reason) };
  const fields: Record<string, unknown> = {};
  for (const name of ['name', 'code', 'message', 'remediation']) {
    const value: unknown = read(reason, name);
    if (typeof value === 'string' || typeof value === 'number') fields[name] = sanitize(value);
  }
  return fields;
}
