import { callSafely } from '../shared/call-safely.js';
import { describeThrown, describeType } from '../shared/describe-value.js';
import { ConfigurationError } from '../shared/errors.js';
import { lookAt, readText } from '../shared/foreign-value.js';
import { safeCopy } from '../shared/safe-copy.js';
import { maskTokens, sanitize, sanitizeLines } from '../shared/sanitize.js';

/** What goes with a message: plain data, tokens masked. */
export type LogData = Readonly<Record<string, unknown>>;

/** Where the client writes. It never receives a token. */
export interface Logger {
  /** What the client does, step by step. */
  debug(message: string, data?: LogData): void;
  /** Nothing is written at this level today. */
  info(message: string, data?: LogData): void;
  /** Trouble that the client deals with, and uses of this package that are probably mistakes. */
  warn(message: string, data?: LogData): void;
  /** Failures in the app's own code that the client calls. */
  error(message: string, data?: LogData): void;
}

/** What a listener threw, for the log. The stack says which one it was. */
export function describeFailure(thrown: unknown): LogData {
  const seen = lookAt(thrown);
  const stack = readText(thrown, 'stack');
  return {
    name: sanitize(seen.name ?? typeof thrown),
    message: describeThrown(seen),
    ...(stack !== undefined && { stack: sanitizeLines(stack) }),
  };
}

/** From here on upward messages are written; `silent` writes none. */
export type LogLevel = 'debug' | 'info' | 'warn' | 'error' | 'silent';

const LEVELS: readonly LogLevel[] = ['debug', 'info', 'warn', 'error', 'silent'];
const METHODS = ['debug', 'info', 'warn', 'error'] as const;

function safe(data: LogData): LogData {
  return Object.fromEntries(
    Object.entries(data).map(([key, value]) => [
      key,
      typeof value === 'string' ? sanitize(value) : safeCopy(value),
    ]),
  );
}

/** Logs to what the app gave, tokens masked; a logger that throws disturbs nobody. */
class SafeLogger implements Logger {
  readonly #target: () => Logger;
  readonly #lowest: number;

  constructor(target: () => Logger, level: LogLevel) {
    this.#target = target;
    this.#lowest = LEVELS.indexOf(level);
  }

  debug(message: string, data?: LogData): void {
    this.#write('debug', message, data);
  }

  info(message: string, data?: LogData): void {
    this.#write('info', message, data);
  }

  warn(message: string, data?: LogData): void {
    this.#write('warn', message, data);
  }

  error(message: string, data?: LogData): void {
    this.#write('error', message, data);
  }

  #write(method: (typeof METHODS)[number], message: string, data: LogData = {}): void {
    if (LEVELS.indexOf(method) < this.#lowest) return;
    // What fails in the app's logger is the app's business.
    callSafely(() => this.#target()[method](`[stream-video-auth] ${maskTokens(message)}`, safe(data)));
  }
}

/** One for all clients: it holds nothing of theirs. */
const toConsole: Partial<Record<LogLevel, Logger>> = {};

/** Turns the `logger` option into a logger: a level for the console, or an object with the four methods. */
export function makeLogger(option: unknown = 'warn'): Logger {
  const level = LEVELS.find((candidate) => candidate === option);
  if (level) {
    toConsole[level] ??= new SafeLogger(() => console, level);
    return toConsole[level];
  }
  const isLogger =
    typeof option === 'object' &&
    option !== null &&
    METHODS.every((method) => typeof (option as Partial<Logger>)[method] === 'function');
  if (!isLogger) {
    throw new ConfigurationError('invalid_option', `logger is ${describeType(option)} that cannot log`, {
      remediation: `Pass one of ${LEVELS.join(', ')}, or an object with the methods ${METHODS.join(', ')}.`,
    });
  }
  return new SafeLogger(() => option as Logger, 'debug');
}
