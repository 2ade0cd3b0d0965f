import type { ANONYMOUS_ID } from '../../shared/token-format.js';
import type { User } from '../users/user.js';
import type { Claims } from './tokens.js';

interface CallerBase {
  readonly claims: Claims | undefined;
  /** The calls that a call token lists. */
  readonly callCids: ReadonlySet<string>;
}

/** Whom a request speaks for, once every check has passed. */
export type Caller = CallerBase &
  (
    | { readonly kind: 'user'; readonly userId: string; readonly user: User }
    | { readonly kind: 'anonymous'; readonly userId: typeof ANONYMOUS_ID }
    | { readonly kind: 'server'; readonly userId: string | undefined }
  );
