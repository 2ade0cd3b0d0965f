import { ApiError, InvalidTokenError, TokenExpiredError, TokenProviderError } from 'stream-video-auth';
import { type AppCall, claimsOf } from './records.js';
import type { Rig } from './rig.js';
import type { World } from './world.js';

/** Codes that refuse a token for what it is. */
export const REFUSALS: readonly unknown[] = [41, 42, 43, 5];
/** No door stays closed for longer. */
const LONGEST_CLOSURE_MS = 300_000;

function isAuthFailure(error: unknown): boolean {
  if (error instanceof ApiError) return [40, ...REFUSALS].includes(error.apiCode);
  return [TokenExpiredError, TokenProviderError, InvalidTokenError].some((kind) => error instanceof kind);
}

/** The token that a refused new one has to make room for again, as far as both sides agree that it lives. */
function keptFor(rig: Rig, refused: string | null | undefined, { coordinator }: World): string | undefined {
  const kept = rig.accepted.at(-1);
  if (kept === undefined || kept === refused || rig.accepted.includes(String(refused))) return undefined;
  // What was refused for what it is is not used again, accepted or not.
  if (rig.refusedByFrame.some(({ token, code }) => token === kept && REFUSALS.includes(code)))
    return undefined;
  if (rig.sends.some(({ token, answer }) => token === kept && REFUSALS.includes(answer))) return undefined;
  const { exp, user_id } = claimsOf(kept) as { exp?: number; user_id?: string };
  // A guest who became another has no way back.
  if (user_id !== rig.userId) return undefined;
  const latestMs = Math.max(Date.now(), coordinator.nowMs) + 60_000;
  return rig.isGood(kept) && (exp === undefined || exp * 1000 > latestMs) ? kept : undefined;
}

/** How often the server had refused, with this code, the token that was the provider's last answer. */
function refusalsOfLastAnswer(code: number | undefined, { sends, asks }: Rig): number {
  const last = asks.findLast(({ answer }) => answer?.kind === 'token');
  const token = last?.answer?.kind === 'token' ? last.answer.token : undefined;
  return sends.filter((send) => send.token === token && send.answer === code).length;
}

function whyUnfair(call: AppCall, rig: Rig, world: World): string | undefined {
  const error = call.outcome?.value;
  const held = rig.client.token;
  // What the server refused last is not used again, though its clock may have come to take it.
  const lastAnswer = rig.sends.findLast(({ token, answer }) => token === held && typeof answer === 'number');
  const isRefused = REFUSALS.includes(lastAnswer?.answer as number);
  const isHeldGood = call.wasHeldGood && held === call.heldAtStart && rig.isGood(held) && !isRefused;
  if (error instanceof TokenProviderError && error.code === 'provider_reentered') return undefined;
  if (isHeldGood) return 'the client held a good token all the time';
  const count = (...codes: unknown[]) => call.sends.filter(({ answer }) => codes.includes(answer)).length;
  if (error instanceof TokenExpiredError) {
    return count(40) < 2 ? 'the server did not refuse two tokens' : undefined;
  }
  if (error instanceof ApiError) {
    const repeated = refusalsOfLastAnswer(error.apiCode, rig);
    if (call.sends.length === 0 && REFUSALS.includes(error.apiCode) && repeated > 0) return undefined;
    if (error.apiCode === 40) return 'a 40 has to be dealt with';
    const isEarly = error.apiCode === 41 || error.apiCode === 42;
    // Another request may have sent it once more, and the provider has no other.
    if (isEarly && count(41, 42) < 2 && repeated < 2) return 'the same token was not sent once more';
    // One replay for the sake of a better token is all that a request gets.
    const refused = new Set(
      call.sends.filter(({ answer }) => REFUSALS.includes(answer)).map(({ token }) => token),
    );
    if (refused.size > 1) return undefined;
    if (keptFor(rig, call.sends.at(-1)?.token, world)) return 'the token accepted before was not used';
    return undefined;
  }
  const { retryAt } = error as { retryAt?: number };
  if (typeof retryAt !== 'number') return 'it was not told when to try again';
  const recent = rig.troubles.some((atMs) => world.clock.monotonicMs - atMs <= LONGEST_CLOSURE_MS + 15_000);
  return recent ? undefined : 'nothing was wrong with the provider';
}

/**
 * Why the failure of a call that has just failed is unfair; undefined where it is not. No request fails for auth
 * reasons while the client holds a token that the server would take, or the provider would give one within its
 * time limit, unless suspended or told `retryAt`.
 */
export function unfairness(call: AppCall, rig: Rig, world: World): string | undefined {
  const { outcome, kind } = call;
  if (!['request', 'watch', 'join', 'getToken'].includes(kind)) return undefined;
  // It got no further than the connection that it waited for.
  if (kind === 'watch' && call.sends.length === 0) return undefined;
  const wasSuspended = rig.isSuspended || rig.suspendedAtMs >= call.startedAtMs;
  return wasSuspended || !isAuthFailure(outcome?.value) ? undefined : whyUnfair(call, rig, world);
}
