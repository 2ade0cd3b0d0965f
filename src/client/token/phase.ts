import type { Moment } from '../environment/clock.js';
import { JITTER_SHARE, type Windows, windowsFor } from './refresh-windows.js';
import type { TokenFacts } from './token-facts.js';

/** The phases of a token that is there and was not refused. */
export type TokenPhase = 'fresh' | 'advisory' | 'mandatory' | 'expired';
export type Phase = TokenPhase | 'acquiring' | 'suspended';

/** A look at the clocks, with what is known about the server's. */
export interface Now extends Moment {
  /** Server time minus local time. */
  readonly offsetMs: number;
}

/** The only times that a phase depends on. */
export type TimeFacts = Pick<TokenFacts, 'expiresAtMs' | 'issuedAtMs' | 'receivedAt' | 'origin' | 'jitter'>;

/** The life that the token was made for, where it can be trusted to have begun at receipt. */
function intendedLifeMs({ expiresAtMs, issuedAtMs, origin }: TimeFacts): number {
  return origin === 'provider' && expiresAtMs !== undefined && issuedAtMs !== undefined
    ? expiresAtMs - issuedAtMs
    : Number.POSITIVE_INFINITY;
}

/** Milliseconds that the token has left; infinite without a usable expiry. */
export function remainingMs(token: TimeFacts, now: Now): number {
  if (token.expiresAtMs === undefined) return Number.POSITIVE_INFINITY;
  const byServerTime = token.expiresAtMs - (now.wallMs + now.offsetMs);
  const byAge = intendedLifeMs(token) - (now.monotonicMs - token.receivedAt.monotonicMs);
  return Math.min(byServerTime, byAge);
}

/** Whether the server has not refused this token and some of its life is left. */
export function isAlive(token: TimeFacts & Pick<TokenFacts, 'rejectedByServerAt'>, now: Now): boolean {
  return token.rejectedByServerAt === undefined && remainingMs(token, now) > 0;
}

/** Milliseconds that the token had left when it was received, by what is known about the clocks now. */
export function lifeAtReceiptMs(token: TimeFacts, { offsetMs }: Now): number {
  if (token.expiresAtMs === undefined) return Number.POSITIVE_INFINITY;
  return Math.min(token.expiresAtMs - (token.receivedAt.wallMs + offsetMs), intendedLifeMs(token));
}

/** The token's windows, the advisory one after its jitter. */
export function windowsOf(token: TimeFacts, now: Now): Windows {
  const { advisoryMs, mandatoryMs } = windowsFor(lifeAtReceiptMs(token, now));
  return { advisoryMs: advisoryMs * (1 - JITTER_SHARE * token.jitter), mandatoryMs };
}

/** The phase of a token as a function of facts and time alone. */
export function tokenPhase(token: TimeFacts, now: Now): TokenPhase {
  const remaining = remainingMs(token, now);
  if (remaining <= 0) return 'expired';
  const { advisoryMs, mandatoryMs } = windowsOf(token, now);
  if (remaining <= mandatoryMs) return 'mandatory';
  return remaining <= advisoryMs ? 'advisory' : 'fresh';
}

/** What the phase of a whole session depends on. */
export interface PhaseFacts {
  readonly isSuspended: boolean;
  readonly token: (TimeFacts & Pick<TokenFacts, 'rejectedByServerAt'>) | undefined;
}

/** The phase of the session: what a caller who needs a token may expect right now. */
export function phase({ isSuspended, token }: PhaseFacts, now: Now): Phase {
  if (isSuspended) return 'suspended';
  if (token === undefined || token.rejectedByServerAt !== undefined) return 'acquiring';
  return tokenPhase(token, now);
}
