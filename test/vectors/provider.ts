import { UnauthorizedError } from 'stream-video-auth';
import { type Guard, VectorError } from './claim.js';
import { fieldsOf, oneOf } from './words.js';

interface ProviderOptions {
  readonly guard: Guard;
  token(description: unknown): unknown;
  duration(text: unknown): number;
  wait(delayMs: number): Promise<void>;
  /** Calls the client from inside the provider. */
  reenter(what: string): unknown;
}

type Context = { readonly reason: string; readonly signal: AbortSignal };

const ERRORS: Readonly<Record<string, () => unknown>> = {
  'an error': () => new Error('the token endpoint is down'),
  'a network failure': () => new TypeError('fetch failed'),
  UnauthorizedError: () => new UnauthorizedError(),
  nothing: () => undefined,
  'a string': () => 'no',
};

/** The app's token provider: does what its list says, one entry a call, the last one from then on. */
export class ScriptedProvider {
  readonly reasons: string[] = [];
  readonly contexts: Context[] = [];
  /** What it threw last. */
  lastError: unknown;
  #script: readonly unknown[] = ['works'];
  readonly #options: ProviderOptions;

  constructor(options: ProviderOptions) {
    this.#options = options;
  }

  follow(script: unknown): void {
    this.#script = Array.isArray(script) ? script : [script];
  }

  /** A function of its own each time, as `setTokenProvider` wants it. */
  makeFunction() {
    return (context: Context) => this.#call(context) as string;
  }

  #call(context: Context): unknown {
    this.reasons.push(context.reason);
    this.contexts.push(context);
    const [next, ...rest] = this.#script;
    if (rest.length > 0) this.#script = rest;
    return this.#options.guard(() => this.#act(next));
  }

  #act(entry: unknown): unknown {
    if (entry === 'works') return Promise.resolve(this.#options.token('good'));
    if (entry === 'hangs') return new Promise(() => {});
    const keys = ['gives', 'rejects', 'throws', 'after', 'retryAfterMs', 'retryAfter', 'callsBack', 'later'];
    const fields = fieldsOf(entry, keys, 'provider');
    if ('throws' in fields) throw this.#error(fields.throws, fields);
    if ('callsBack' in fields) {
      const callBack = () => this.#options.reenter(String(fields.callsBack));
      return fields.later ? Promise.resolve().then(callBack) : callBack();
    }
    if (!('gives' in fields) && !('rejects' in fields)) throw new VectorError('provider: does what?');
    const answer = () => {
      if ('gives' in fields) return this.#options.token(fields.gives);
      throw this.#error(fields.rejects, fields);
    };
    const { duration, wait } = this.#options;
    return (fields.after === undefined ? Promise.resolve() : wait(duration(fields.after))).then(answer);
  }

  #error(kind: unknown, { retryAfterMs, retryAfter }: Readonly<Record<string, unknown>>): unknown {
    const error = oneOf(ERRORS, kind, 'provider error')();
    if (retryAfterMs !== undefined) {
      Object.assign(error as object, { retryAfterMs: this.#options.duration(retryAfterMs) });
    }
    if (retryAfter !== undefined)
      Object.assign(error as object, { retryAfter: this.#retryAfter(retryAfter) });
    this.lastError = error;
    return error;
  }

  #retryAfter(value: unknown): unknown {
    const { seconds, date, text, textSeconds } = fieldsOf(
      value,
      ['seconds', 'date', 'text', 'textSeconds'],
      'retryAfter',
    );
    const { duration } = this.#options;
    if (seconds !== undefined) return seconds === 'NaN' ? Number.NaN : duration(seconds) / 1000;
    if (textSeconds !== undefined) return String(duration(textSeconds) / 1000);
    if (date !== undefined) return new Date(Date.now() + duration(date)).toUTCString();
    return text;
  }
}
