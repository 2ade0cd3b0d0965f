import type { AnyStreamVideoError } from '../../shared/errors.js';
import type { KnownUser } from '../user.js';
import type { TokenReason } from './token-provider.js';

/** Why the client has stopped asking for tokens. */
export type SuspensionReason =
  | 'unauthorized'
  | 'wrong_user'
  | 'token_expired'
  | 'guest_expired'
  | 'guest_refused';

/** Why no token is asked for, and what callers get meanwhile. */
export interface Suspension {
  readonly reason: SuspensionReason;
  readonly error: AnyStreamVideoError;
}

/** Tells the app what happened, once everything is in its place. */
export type Announcement = () => void;

/** What happens to the user's tokens. No event carries a token. */
export interface TokenEvents {
  /** A new token is in use. `expiresAt` is epoch milliseconds; `durationMs` is how long the attempt took. */
  'token.refreshed': {
    type: 'token.refreshed';
    generation: number;
    expiresAt?: number;
    /** Why the provider was asked; `shared`: another tab handed it over. */
    reason: TokenReason | 'shared';
    durationMs: number;
  };
  /**
   * An attempt failed, the `attempt`-th in a row; another follows no earlier than `retryAt`, epoch milliseconds.
   * `stillValidForMs` is 0 when nothing is held.
   */
  'token.refresh_failed': {
    type: 'token.refresh_failed';
    error: unknown;
    attempt: number;
    retryAt: number;
    stillValidForMs: number;
  };
  /** A token that nothing can renew comes to its end at `expiresAt`, epoch milliseconds. */
  'token.expiring': { type: 'token.expiring'; expiresAt: number };
  /** The server refused a token that nothing can renew. */
  'token.expired': { type: 'token.expired'; expiresAt?: number };
  /** The provider is not asked any more until the app steps in. */
  'auth.suspended': { type: 'auth.suspended'; reason: SuspensionReason; error: AnyStreamVideoError };
  /** The app stepped in; `reason` and `error` are those of the suspension. */
  'auth.resumed': { type: 'auth.resumed'; reason: SuspensionReason; error: AnyStreamVideoError };
  /** A guest was renewed under another id. */
  'user.changed': { type: 'user.changed'; user: KnownUser; previous: KnownUser };
  /** The server's clock differs by more than a minute: server minus local. Once per client. */
  'clock.skew': { type: 'clock.skew'; ms: number };
}
