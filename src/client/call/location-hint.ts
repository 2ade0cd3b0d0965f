import { type AbortSource, abortable, linkSignals, throwIfAborted } from '../environment/abortable.js';
import type { Timers } from '../environment/timers.js';

const LIMIT_MS = 2_000;
const TRIES = 3;
/** What `join` says where the location is not known. */
export const UNKNOWN_LOCATION = 'ERR';

interface LocationHintOptions {
  /** Undefined where none is asked. */
  readonly url: string | undefined;
  /** Undefined for the platform's, looked up at each use. */
  readonly fetch: ((input: string, init?: RequestInit) => Promise<Response>) | undefined;
  readonly timers: Timers;
}

/** Asks a service near the user where that is. Only what it said is kept, never that it failed. */
export class LocationHint {
  readonly #options: LocationHintOptions;
  #known: string | undefined;
  #asking: { readonly ending: AbortSource; readonly answer: Promise<string> } | undefined;

  constructor(options: LocationHintOptions) {
    this.#options = options;
  }

  /** Three letters, or `ERR`. Rejects only when `ending` aborts. Calls in parallel share one request. */
  async find(ending: AbortSource): Promise<string> {
    const { url } = this.#options;
    if (!url) return UNKNOWN_LOCATION;
    if (this.#known) return this.#known;
    // What a session that has ended still waits for is not for the next one.
    if (this.#asking?.ending !== ending) this.#asking = { ending, answer: this.#ask(url, ending) };
    const asking = this.#asking;
    return asking.answer.finally(() => {
      if (this.#asking === asking) this.#asking = undefined;
    });
  }

  async #ask(url: string, ending: AbortSource): Promise<string> {
    for (let tries = 0; tries < TRIES; tries += 1) {
      const pop = await this.#try(url, ending).catch(() => undefined);
      throwIfAborted(ending);
      if (pop) {
        this.#known = pop;
        return pop;
      }
    }
    return UNKNOWN_LOCATION;
  }

  async #try(url: string, ending: AbortSource): Promise<string | undefined> {
    const { timers, fetch = globalThis.fetch } = this.#options;
    const { signal, abort, unlink } = linkSignals(ending);
    const timer = timers.set(() => abort(undefined), LIMIT_MS);
    try {
      // Whatever the app's own function returns is no promise yet.
      const asked = (async () => fetch(url, { method: 'HEAD', signal }))();
      const { headers } = await abortable(asked, signal);
      return headers.get('x-amz-cf-pop')?.slice(0, 3);
    } finally {
      timers.clear(timer);
      unlink();
    }
  }
}
