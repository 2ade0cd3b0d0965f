import { verifySignature } from '../../server/sign.js';
import { ANONYMOUS_ID } from '../../shared/token-format.js';
import type { Coordinator } from '../state/coordinator.js';
import type { Claims, KnownToken } from '../state/token-registry.js';
import { Failure } from '../wire/api-failure.js';
import type { Caller } from './caller.js';
import { callCidsOf, readClaims } from './read-claims.js';
import { revocationOf } from './revocation.js';

/** What came with a request or a handshake, before anything is believed. */
export interface Credentials {
  readonly operation: string;
  readonly apiKey: string | undefined;
  readonly authType: string | undefined;
  /** Undefined when no token was sent at all; an empty one was sent. */
  readonly token: string | undefined;
  readonly needsToken: boolean;
  readonly opensSocket: boolean;
  /** Whether an anonymous caller may have an id of its own, as in chat. */
  readonly hasOwnAnonymousId?: boolean | undefined;
  /** The id in a socket's auth frame. */
  readonly claimedUserId?: string | undefined;
  /** The id in the query, which counts with a server token only. */
  readonly queryUserId?: string | undefined;
  readonly connectionId?: string | undefined;
}

/** The name under which the requests of servers are counted; no user has it, since ids are not empty. */
export const SERVER = '';

interface Attempt extends Credentials {
  claims?: Claims;
  /** Set once the signature is believed. */
  known?: KnownToken;
}

interface Check {
  readonly rule: string;
  readonly run: (attempt: Attempt, coordinator: Coordinator) => void | Promise<void>;
}

const TIME_CLAIMS = new Set(['exp', 'nbf', 'iat']);

/**
 * Server SDKs sign `{ server: true }`, or nothing at all but times. Any other token without a user stays refused: one
 * with `sub` alone is the commonest mistake of a token endpoint.
 */
function isServer({ claims, authType, opensSocket }: Attempt): boolean {
  if (claims?.server === true) return true;
  const isEmpty = claims !== undefined && Object.keys(claims).every((name) => TIME_CLAIMS.has(name));
  return isEmpty && authType === 'jwt' && !opensSocket;
}

/** Under which name a caller's requests are counted. */
function rateLimitedAs(attempt: Attempt): string {
  if (isServer(attempt)) return SERVER;
  return typeof attempt.claims?.user_id === 'string' ? attempt.claims.user_id : ANONYMOUS_ID;
}

function secondsOf(coordinator: Coordinator): number {
  return coordinator.clock.now() / 1000;
}

/** The order of authentication: the first check that throws decides the answer. */
export const AUTH_ORDER: readonly Check[] = [
  {
    rule: 'the api key is known',
    run: ({ apiKey }, coordinator) => {
      if (apiKey !== coordinator.apiKey) throw new Failure(2, 'api_key is missing or unknown');
    },
  },
  {
    rule: 'the auth type is one of two',
    run: ({ authType }) => {
      if (authType !== 'jwt' && authType !== 'anonymous') {
        throw new Failure(5, 'stream-auth-type must be jwt or anonymous');
      }
    },
  },
  {
    rule: 'the token is there and well formed',
    run: (attempt, coordinator) => {
      if (attempt.token === undefined) {
        if (attempt.authType === 'jwt' && attempt.needsToken) throw new Failure(5, 'a token is required');
        return;
      }
      const known = coordinator.tokens.find(attempt.token);
      const isReadable = known?.isSigned === true && known.wasRead;
      attempt.claims = isReadable
        ? known.claims
        : readClaims(attempt.token, { acceptUnsigned: coordinator.app.disableAuthChecks });
    },
  },
  {
    rule: 'the signature is right',
    run: async (attempt, coordinator) => {
      const { token, claims } = attempt;
      if (token === undefined || claims === undefined) return;
      const isChecked = !coordinator.app.disableAuthChecks;
      // A signature that was right stays right; checking it again is most of a request's cost.
      const isKnown = coordinator.tokens.find(token)?.isSigned === true;
      if (isChecked && !isKnown && !(await verifySignature(token, coordinator.apiSecret))) {
        throw new Failure(43, 'the signature of the token is invalid');
      }
      const { user_id: userId } = claims;
      // Remembered even if a later check refuses it: a fault ends what was seen so far.
      if (typeof userId === 'string' && claims.server !== true) {
        attempt.known = coordinator.tokens.remember(token, userId, claims, isChecked || isKnown);
      }
    },
  },
  {
    rule: 'exp is ahead',
    run: ({ claims }, coordinator) => {
      if (typeof claims?.exp === 'number' && claims.exp <= secondsOf(coordinator)) {
        throw new Failure(40, 'the token is past its exp claim');
      }
    },
  },
  {
    rule: 'nbf has come',
    run: ({ claims }, coordinator) => {
      if (typeof claims?.nbf === 'number' && claims.nbf > secondsOf(coordinator)) {
        throw new Failure(41, 'the token is not valid yet (nbf)');
      }
    },
  },
  {
    rule: 'iat is not in the future',
    run: ({ claims }, coordinator) => {
      if (typeof claims?.iat === 'number' && claims.iat > secondsOf(coordinator)) {
        throw new Failure(42, 'the token is used before it was issued (iat)');
      }
    },
  },
  {
    rule: 'the token is not revoked',
    // Server tokens are not remembered: a cutoff would lock out the caller that can lift it.
    run: ({ known }, coordinator) => {
      const refusal = known === undefined ? undefined : revocationOf(known, coordinator);
      if (refusal !== undefined) throw refusal;
    },
  },
  {
    rule: 'the identity fits',
    run: (attempt) => {
      const { claims, authType, opensSocket, claimedUserId, hasOwnAnonymousId } = attempt;
      if (isServer(attempt)) {
        if (authType !== 'jwt' || opensSocket) throw new Failure(5, 'a server token can not be used here');
        return;
      }
      if (opensSocket && authType !== 'jwt') throw new Failure(5, 'anonymous users open no socket');
      if (claims === undefined) return;
      const { user_id: userId } = claims;
      if (typeof userId !== 'string' || userId === '')
        throw new Failure(5, 'user_id is missing in the token');
      if (authType === 'anonymous' && userId !== ANONYMOUS_ID && hasOwnAnonymousId !== true) {
        throw new Failure(5, `user_id must be ${ANONYMOUS_ID} for anonymous users`);
      }
      if (authType === 'jwt' && userId === ANONYMOUS_ID) {
        throw new Failure(5, `user_id ${ANONYMOUS_ID} needs the auth type anonymous`);
      }
      const isNamedFreely = hasOwnAnonymousId === true && userId === ANONYMOUS_ID;
      if (claimedUserId !== undefined && claimedUserId !== userId && !isNamedFreely) {
        throw new Failure(5, 'user_details.id is not the user of the token');
      }
    },
  },
  {
    rule: 'the user is active',
    run: ({ claims }, coordinator) => {
      const user = typeof claims?.user_id === 'string' ? coordinator.users.find(claims.user_id) : undefined;
      if (user?.deletedAt !== undefined) throw new Failure(5, 'the user was deleted');
      if (user?.deactivatedAt !== undefined) throw new Failure(5, 'the user is deactivated');
    },
  },
  {
    rule: 'the rate limit holds',
    run: (attempt, coordinator) => {
      const isAdmitted = coordinator.limits.admits(rateLimitedAs(attempt), attempt.operation);
      // Servers are counted too, and have no limit of their own.
      if (!isAdmitted && !isServer(attempt)) throw new Failure(9, 'too many requests');
    },
  },
  {
    rule: 'the connection is live and the user’s own',
    run: (attempt, coordinator) => {
      const { connectionId, claims } = attempt;
      if (connectionId === undefined || isServer(attempt)) return;
      const connection = coordinator.connections.find(connectionId);
      if (connection === undefined || connection.userId !== claims?.user_id) {
        throw new Failure(46, 'connection_id is not known');
      }
    },
  },
];

/** Runs the checks in their order; on success an unknown user is created. */
export async function authenticate(
  credentials: Credentials,
  coordinator: Coordinator,
  onClaims: (claims: Claims, token: KnownToken | undefined) => void = () => {},
): Promise<Caller> {
  const attempt: Attempt = { ...credentials };
  try {
    for (const { run } of AUTH_ORDER) {
      const pending = run(attempt, coordinator);
      // A turn of its own for each check adds up.
      if (pending !== undefined) await pending;
    }
  } finally {
    if (attempt.claims !== undefined) onClaims(attempt.claims, attempt.known);
  }
  const { claims } = attempt;
  const callCids = new Set(callCidsOf(claims));
  if (isServer(attempt)) {
    return { kind: 'server', userId: credentials.queryUserId, claims, callCids };
  }
  if (claims === undefined || claims.user_id === ANONYMOUS_ID) {
    return { kind: 'anonymous', userId: ANONYMOUS_ID, claims, callCids };
  }
  const userId = String(claims.user_id);
  const user = coordinator.users.require(userId);
  coordinator.users.use(user);
  return { kind: 'user', userId, user, claims, callCids };
}
