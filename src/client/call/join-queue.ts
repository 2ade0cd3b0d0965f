import { ConnectionError } from '../../shared/errors.js';
import type { JoinCallResponse } from '../api-types.js';
import { type AbortSource, abort, abortable, reasonOf, throwIfAborted } from '../environment/abortable.js';

/** What a join does when its turn comes. */
export interface JoinSteps {
  /**
   * Joins at the coordinator; resolves with the way to take the answer, which is called unless it is dropped.
   * `wire` ends the request; `dropped` says that it need not be sent any more.
   */
  send(wire: AbortSignal, dropped: AbortSignal): Promise<() => JoinCallResponse>;
  /** Takes a ring back. Never rejects. */
  cancel(): Promise<unknown>;
  /** Whether it makes the call ring. */
  readonly rings: boolean;
  /** The end of the session in which it was asked for. */
  readonly ending: AbortSource;
}

interface Join {
  readonly key: string;
  readonly result: Promise<JoinCallResponse>;
  callers: number;
  drop(reason: unknown, options: { mayCancel: boolean; isAbandoned?: boolean }): void;
}

/** The joins of one call: equal ones share a request, others follow one another, and leaving drops them all. */
export class JoinQueue {
  readonly #joins = new Set<Join>();
  /** Settles when all that was sent has ended, what was dropped and its cancelling included. */
  #idle: Promise<unknown> = Promise.resolve();

  /** Joins; `key` says which are equal. `signal` ends its caller's wait only, but nobody is joined for no caller. */
  async join(key: string, steps: JoinSteps, signal: AbortSource | undefined): Promise<JoinCallResponse> {
    throwIfAborted(signal);
    const join = [...this.#joins].find((other) => other.key === key) ?? this.#start(key, steps);
    join.callers += 1;
    try {
      return await abortable(join.result, signal);
    } finally {
      join.callers -= 1;
      if (join.callers === 0) join.drop(reasonOf(signal), { mayCancel: true, isAbandoned: true });
    }
  }

  /** Rejects all joins with `reason`; with `mayCancel` a ring is taken back. */
  drop(reason: unknown, options: { mayCancel: boolean }): void {
    for (const join of this.#joins) join.drop(reason, options);
  }

  /** Does something after all that was sent before, and before what is sent later. Never rejects. */
  after(step: () => unknown): Promise<unknown> {
    this.#idle = this.#idle.then(step).catch(() => {});
    return this.#idle;
  }

  #start(key: string, { send, cancel, rings, ending }: JoinSteps): Join {
    const dropped = new AbortController();
    const wire = new AbortController();
    let mustCancel = false;
    const run = async () => {
      throwIfAborted(ending);
      throwIfAborted(dropped.signal);
      try {
        const take = await send(wire.signal, dropped.signal);
        if (!dropped.signal.aborted) return take();
        if (mustCancel) await cancel();
      } catch (error) {
        // Nobody knows whether it has rung.
        if (mustCancel && error instanceof ConnectionError) await cancel();
        throw error;
      } finally {
        this.#joins.delete(join);
      }
      throw reasonOf(dropped.signal);
    };
    const ended = this.#idle.then(run);
    this.#idle = ended.catch(() => {});
    const join: Join = {
      key,
      callers: 0,
      result: abortable(ended, dropped.signal),
      drop: (reason, { mayCancel, isAbandoned }) => {
        if (!this.#joins.delete(join)) return;
        mustCancel = rings && mayCancel;
        abort(dropped, reason);
        // A ring has to be taken back, which needs to know that it has rung.
        if (isAbandoned && !rings) abort(wire, reason);
      },
    };
    this.#joins.add(join);
    return join;
  }
}
