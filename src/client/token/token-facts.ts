import type { AnyStreamVideoError } from '../../shared/errors.js';
import { LAST_USABLE_SECOND } from '../../shared/token-format.js';
import type { Moment } from '../environment/clock.js';
import type { TokenClaims } from './claims.js';

/** Who brought a token. The provider has just made it: its age at receipt is known. */
export type TokenOrigin = 'provider' | 'app' | 'tab';

/** A checked token and all that is known about it. Phases are derived from these facts, never stored. */
export interface TokenFacts {
  readonly value: string;
  readonly claims: TokenClaims;
  readonly userId: string;
  readonly generation: number;
  /** Epoch milliseconds; undefined where the claim is missing or makes no sense. */
  readonly expiresAtMs: number | undefined;
  readonly issuedAtMs: number | undefined;
  readonly receivedAt: Moment;
  /** When the provider call that brought it began. */
  readonly requestedAt: Moment;
  readonly origin: TokenOrigin;
  /** 0 to 1, drawn once: where in the jitter its advisory window opens. */
  readonly jitter: number;
  /** Set once, when the thing happened. */
  acceptedAt?: Moment;
  rejectedByServerAt?: Moment;
  /** The first refusal by any server, also by one that a consumer of our tokens speaks to. */
  firstRejectedAt?: Moment;
  /** Why it is of no use: refused for what it is, not for its age. */
  refusal?: AnyStreamVideoError;
  usedAt?: Moment;
  /** Whether it was counted among the unusable ones; each counts once. */
  countedUnusable?: true;
}

/** A NumericDate claim as epoch milliseconds, where it is one. */
export function claimedTimeMs(claim: unknown): number | undefined {
  return typeof claim === 'number' && Math.abs(claim) <= LAST_USABLE_SECOND ? claim * 1000 : undefined;
}
