import { EventEmitter as Emitter } from 'eventemitter3';
import { callSafely } from '../shared/call-safely.js';
import { lookAt } from '../shared/foreign-value.js';
import type { Logger } from './logger.js';

/** How a room says what happened: by name, with what belongs to it. */
export type Emit<Events> = <Name extends keyof Events & string>(
  name: Name,
  payload: Omit<Events[Name], 'type'>,
) => void;

type AnyEvent = { readonly type: string; readonly call_cid?: unknown };
type AnyListener = (event: never) => unknown;

/** One listener as often as it was added: each addition is stopped for itself. */
type Delivery = ((event: unknown) => void) & { readonly listener: unknown };

/** Delivers events to the app's listeners. One that throws or rejects disturbs nobody. */
export class EventEmitter {
  readonly #emitter = new Emitter<string>();
  readonly #logger: Logger;

  constructor(logger: Logger) {
    this.#logger = logger;
  }

  /** Listens to events of this name, of one call only where `cid` is given; returns the way to stop. */
  on(name: string, listener: AnyListener, cid?: string): () => void {
    return this.#add('on', scoped(name, cid), listener);
  }

  once(name: string, listener: AnyListener, cid?: string): () => void {
    return this.#add('once', scoped(name, cid), listener);
  }

  off(name: string, listener: AnyListener, cid?: string): void {
    const event = scoped(name, cid);
    for (const delivery of this.#emitter.listeners(event) as Delivery[]) {
      if (delivery.listener === listener) this.#emitter.off(event, delivery);
    }
  }

  /** To the listeners of its name, and to those of its call. */
  emit(event: AnyEvent): void {
    this.#emitUnder([event.type], event);
  }

  /** An event of the coordinator: to the listeners of `'all'`, too, health checks excepted. */
  emitFromServer(event: AnyEvent): void {
    const { type } = event;
    this.#emitUnder(type === 'health.check' ? [type] : [type, 'all'], event);
  }

  #add(how: 'on' | 'once', event: string, listener: AnyListener): () => void {
    const delivery: Delivery = Object.assign((payload: unknown) => this.#deliver(listener, payload), {
      listener,
    });
    this.#emitter[how](event, delivery);
    return () => this.#emitter.off(event, delivery);
  }

  #deliver(listener: AnyListener, payload: unknown): void {
    const complain = (error: unknown) => {
      this.#logger.error('A listener failed', { error: lookAt(error).name ?? typeof error });
    };
    callSafely(() => listener(payload as never), complain);
  }

  #emitUnder(names: readonly string[], event: AnyEvent): void {
    // Read before a listener may write to it.
    const { call_cid: cid } = event;
    for (const name of names) {
      this.#emitter.emit(name, event);
      if (typeof cid === 'string') this.#emitter.emit(scoped(name, cid), event);
    }
  }
}

/** A space is in no event's name. */
function scoped(name: string, cid: string | undefined): string {
  return cid === undefined ? name : `${name} ${cid}`;
}
