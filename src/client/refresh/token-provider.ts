import type { KnownUser } from '../user.js';

/** Why a token is wanted. Only `rejected` and `manual` must get past a server-side cache. */
export type TokenReason = 'initial' | 'expiring' | 'rejected' | 'manual';

/** What a token provider is told. */
export interface TokenProviderContext {
  /** For whom a token is wanted: `!anon` for an anonymous user. */
  readonly user: { readonly id: string; readonly name?: string };
  /** Why. Get past any cache for `rejected` and `manual`. */
  readonly reason: TokenReason;
  /** Aborts on the time limit, on `disconnect()`, on dispose, and when another provider takes over. */
  readonly signal: AbortSignal;
}

/**
 * The app's way to get a token for its user. Called once at a time; a throw, a rejection and silence (10 s, or
 * `timeouts.providerMs`) are all retried with back-off. An error may carry `retryAfterMs`, or `retryAfter` in
 * seconds or as a date. Throw `UnauthorizedError` to say that the user is signed out. A call into the client
 * itself in the synchronous part of the provider is refused with `provider_reentered`.
 */
export type TokenProvider = (context: TokenProviderContext) => string | Promise<string>;

/** Where tokens come from, besides those that the app hands in. */
export type TokenSource =
  | { readonly kind: 'none' }
  | { readonly kind: 'provider'; readonly provider: TokenProvider }
  | { readonly kind: 'guest'; create(signal: AbortSignal): Promise<NewGuest> };

export interface NewGuest {
  readonly user: KnownUser;
  readonly token: string;
}
