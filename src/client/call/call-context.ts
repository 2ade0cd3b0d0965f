import type { TokenSession } from '../auth/token-session.js';
import type { CallEvents } from '../call-events.js';
import type { Environment } from '../environment/environment.js';
import type { Emit, EventEmitter } from '../event-emitter.js';
import type { HttpClient } from '../http/client.js';
import type { ApiRequest } from '../http/request.js';
import type { Logger } from '../logger.js';
import type { LocationHint } from './location-hint.js';

/** What is sent about a call. */
export interface CallRequest {
  readonly query?: Readonly<Record<string, unknown>> | undefined;
  readonly body?: unknown;
  readonly isWatching?: ApiRequest['isWatching'];
  readonly signal?: AbortSignal | undefined;
}

/** What calls need of the client. */
export interface CallContext {
  readonly session: TokenSession;
  readonly http: HttpClient;
  readonly connection: { readonly connectionId: string | undefined };
  readonly events: EventEmitter;
  readonly emit: Emit<CallEvents>;
  readonly environment: Environment;
  readonly hint: LocationHint;
  readonly logger: Logger;
}

/** What belongs to one request. */
export interface SendOptions extends CallRequest {
  readonly membersLimit?: number | undefined;
  /** Whether the call rings once it succeeds. */
  readonly rings?: boolean | undefined;
  /** Members that are none once it succeeds. */
  readonly removes?: readonly string[] | undefined;
}
