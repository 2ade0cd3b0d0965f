import { EventEmitter } from 'eventemitter3';
import { callSafely } from '../shared/call-safely.js';
import type { AnyStreamVideoError } from '../shared/errors.js';
import type { WireEvents } from './api-types.js';
import type { SuspensionReason } from './auth/state.js';
import type { Logger } from './logger.js';
import type { TokenReason } from './refresh/token-provider.js';
import type { KnownUser } from './user.js';

export type ConnectionState = 'idle' | 'connecting' | 'connected' | 'reconnecting' | 'disconnected';

/** Events of the client itself. None carries a token. */
export interface LocalEvents {
  'connection.changed': {
    type: 'connection.changed';
    state: ConnectionState;
    previous: ConnectionState;
    connectionId?: string;
    error?: unknown;
  };
  /** A new token is in use. `expiresAt` is epoch milliseconds. */
  'token.refreshed': {
    type: 'token.refreshed';
    generation: number;
    expiresAt?: number;
    reason: TokenReason;
    durationMs: number;
  };
  /** An attempt failed; another follows no earlier than `retryAt`. `stillValidForMs` is 0 when nothing is held. */
  'token.refresh_failed': {
    type: 'token.refresh_failed';
    error: unknown;
    attempt: number;
    retryAt: number;
    stillValidForMs: number;
  };
  /** A token that nothing can renew comes to its end. */
  'token.expiring': { type: 'token.expiring'; expiresAt: number };
  /** The server refused a token that nothing can renew. */
  'token.expired': { type: 'token.expired'; expiresAt?: number };
  'auth.suspended': { type: 'auth.suspended'; reason: SuspensionReason; error: AnyStreamVideoError };
  'auth.resumed': { type: 'auth.resumed'; reason: SuspensionReason; error: AnyStreamVideoError };
  /** A guest was renewed under another id. */
  'user.changed': { type: 'user.changed'; user: KnownUser; previous: KnownUser };
  /** The server's clock differs by more than a minute: server minus local. Once per client. */
  'clock.skew': { type: 'clock.skew'; ms: number };
  /** A joined call cannot be reached any more: the call token died and nothing can renew it. */
  'call.access_lost': { type: 'call.access_lost'; call_cid: string };
}

/** Every known event by its name. */
export type StreamVideoEvents = WireEvents & LocalEvents;

/** An event whose name this version does not know. */
export interface UnknownEvent {
  type: string;
  [field: string]: unknown;
}

/** The payload of an event. */
export type StreamVideoEvent<Name extends string = string> = Name extends keyof StreamVideoEvents
  ? StreamVideoEvents[Name]
  : UnknownEvent;

/** A known name, `'all'`, or any other name. */
export type EventName = keyof StreamVideoEvents | 'all' | (string & {});

export type EventListener<Name extends string> = (event: StreamVideoEvent<Name>) => unknown;
type AnyEvent = { readonly type: string; readonly call_cid?: unknown };
type AnyListener = (event: unknown) => unknown;

/** What emits events lets the rooms say what happened, and nothing more. */
export type Emit = <Name extends keyof LocalEvents>(
  name: Name,
  payload: Omit<LocalEvents[Name], 'type'>,
) => void;

/** One listener as often as it was added: each addition is stopped for itself. */
type Delivery = ((event: unknown) => void) & { readonly listener: unknown };

/** Delivers events to the app's listeners. One that throws or rejects disturbs nobody. */
export class Events {
  readonly #emitter = new EventEmitter<string>();
  readonly #logger: Logger;

  constructor(logger: Logger) {
    this.#logger = logger;
  }

  /** Listens to events of this name, of one call only where `cid` is given; returns the way to stop. */
  on<Name extends EventName>(name: Name, listener: EventListener<Name>, cid?: string): () => void {
    return this.#add('on', scoped(name, cid), listener as AnyListener);
  }

  once<Name extends EventName>(name: Name, listener: EventListener<Name>, cid?: string): () => void {
    return this.#add('once', scoped(name, cid), listener as AnyListener);
  }

  off<Name extends EventName>(name: Name, listener: EventListener<Name>, cid?: string): void {
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
      this.#logger.error('A listener failed', { error: error instanceof Error ? error.name : typeof error });
    };
    callSafely(() => listener(payload), complain);
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
