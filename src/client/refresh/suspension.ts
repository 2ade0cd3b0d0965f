import type { AnyStreamVideoError } from '../../shared/errors.js';
import { tellInTurn } from './epoch.js';
import { guestExpiredError, staticTokenError } from './refresh-errors.js';
import type { Announcement, SuspensionReason } from './token-events.js';
import type { TokenStore } from './token-store.js';

/** Stops asking until the app steps in. The first reason stays; the app is told once. */
export function suspend(
  store: TokenStore,
  reason: SuspensionReason,
  error: AnyStreamVideoError,
): Announcement {
  if (store.suspension) return () => {};
  const { emit, held } = store;
  store.suspension = { reason, error };
  store.lastError = error;
  store.history.add('suspended', `suspended: ${reason}`);
  const expiresAt = held?.expiresAtMs;
  const tellExpired = () => emit('token.expired', expiresAt === undefined ? {} : { expiresAt });
  return () =>
    tellInTurn(store, reason === 'token_expired' ? tellExpired : () => {}, () =>
      emit('auth.suspended', { reason, error }),
    );
}

/** What a caller gets whose token was refused, where only the app can bring another. */
export function endOfToken({ source }: TokenStore, cause: unknown): AnyStreamVideoError {
  return source.kind === 'guest' ? guestExpiredError(cause) : staticTokenError(cause);
}

/** Suspends, since only the app can bring another token; returns what its callers get. */
export function suspendForGood(store: TokenStore, cause: unknown): AnyStreamVideoError {
  const error = endOfToken(store, cause);
  suspend(store, store.source.kind === 'guest' ? 'guest_expired' : 'token_expired', error)();
  store.changed();
  return error;
}

/** The app stepped in. A refused token that nothing can renew is tried once more. */
export function resume(store: TokenStore): void {
  const { suspension } = store;
  if (!suspension) return;
  store.suspension = undefined;
  store.history.add('resumed', 'the suspension was lifted');
  const mayTryAgain = store.source.kind === 'none' || suspension.reason === 'guest_refused';
  if (mayTryAgain && store.held?.rejectedByServerAt) store.tokens.clear();
  store.emit('auth.resumed', suspension);
}
