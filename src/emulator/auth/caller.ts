import type { ANONYMOUS_ID } from '../../shared/token-format.js';
import type { Claims } from '../state/token-registry.js';
import type { User } from '../state/user.js';

interface CallerBase {
  readonly claims: Claims | undefined;
  /** The calls that a call token lists. */
  readonly callCids: ReadonlySet<string>;
}

/** The identity of a request, once every check has passed. */
export type Caller = CallerBase &
  (
    | { readonly kind: 'user'; readonly userId: string; readonly user: User }
    | { readonly kind: 'anonymous'; readonly userId: typeof ANONYMOUS_ID }
    | { readonly kind: 'server'; readonly userId: string | undefined }
  );
