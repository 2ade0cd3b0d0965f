import type { WireEvents } from './api-types.js';
import type { CallEvents } from './call-events.js';
import type { TokenEvents } from './refresh/token-events.js';
import type { ConnectionEvents } from './socket/connection-events.js';

/** Events of the client itself. None carries a token. */
export type LocalEvents = ConnectionEvents & TokenEvents & CallEvents;

const LOCAL_NAME =
  /^(?:(?:token|auth)\..*|connection\.changed|user\.changed|clock\.skew|call\.(?:access_lost|watch_lost|ring_ended))$/s;

/** Whether the client itself has an event of this name: a frame so named is not taken for it. */
export function isLocalName(name: string): boolean {
  return LOCAL_NAME.test(name);
}

/** Every known event by its name. */
export type StreamVideoEvents = WireEvents & LocalEvents;

/** An event whose name this version does not know. */
export interface UnknownEvent {
  /** The name, as the coordinator sent it. */
  type: string;
  [field: string]: unknown;
}

/** The payload of an event. */
export type StreamVideoEvent<Name extends string = string> = Name extends keyof StreamVideoEvents
  ? StreamVideoEvents[Name]
  : UnknownEvent;

/** A known name, `'all'`, or any other name. */
export type EventName = keyof StreamVideoEvents | 'all' | (string & {});

/** What an app listens with. Its answer is not awaited; what it throws or rejects with is logged. */
export type EventListener<Name extends string> = (event: StreamVideoEvent<Name>) => unknown;
