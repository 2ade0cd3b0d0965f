import { windowsFor } from '../../client/token/refresh-windows.js';
import { maskTokens } from '../../shared/sanitize.js';
import type { AppSettings } from './app-settings.js';
import type { EmulatedClock } from './clock.js';
import { redactText } from './journal-redaction.js';
import type { LiveFaults, LiveParticipant, LiveToken } from './live.js';
import type { Participant } from './participants.js';
import type { PlannedFaults } from './planned-faults.js';
import type { RateLimits } from './rate-limits.js';
import type { KnownToken } from './token-registry.js';

const SECOND_MS = 1000;

/** A token with the windows in which a client refreshes it ahead of time. */
export function liveToken(token: KnownToken): LiveToken {
  const { id, claims, shownClaims, firstSeenAt, ended, endedAt } = token;
  const issuedAt = typeof claims.iat === 'number' ? claims.iat * SECOND_MS : undefined;
  const expiresAt = typeof claims.exp === 'number' ? claims.exp * SECOND_MS : undefined;
  // An id or a claim may itself be a token: people paste them into the wrong field.
  const shown = { userId: maskTokens(token.userId), claims: shownClaims };
  // A token that had expired by itself before it was revoked stays expired.
  const isEndedEarly = endedAt !== undefined && (expiresAt === undefined || endedAt < expiresAt);
  const end = isEndedEarly ? { ended, endedAt } : {};
  const lived = { id, ...shown, firstSeenAt, issuedAt, expiresAt, ...end };
  if (expiresAt === undefined) return lived;
  const { advisoryMs, mandatoryMs } = windowsFor(expiresAt - (issuedAt ?? firstSeenAt));
  return { ...lived, advisoryAt: expiresAt - advisoryMs, mandatoryAt: expiresAt - mandatoryMs };
}

export function liveParticipant(participant: Participant): LiveParticipant {
  const { cid, userId, sessionId, role, joinedAt, isAnonymous, history } = participant;
  return {
    cid: redactText(cid),
    userId: redactText(userId),
    sessionId: redactText(sessionId),
    role: redactText(role),
    joinedAt: joinedAt.ms,
    isAnonymous,
    tracks: participant.tracks(),
    trackTimes: history.tracks,
    reconnects: history.reconnects,
    leftAt: history.end?.at,
    leftBecause: history.end?.reason,
  };
}

/** The faults that are switched on now. */
export function liveFaults({
  app,
  clock,
  limits,
  planned,
}: {
  app: AppSettings;
  clock: EmulatedClock;
  limits: RateLimits;
  planned: PlannedFaults;
}): LiveFaults {
  return {
    clockSkewMs: clock.skewMs,
    clockFrozen: clock.isFrozen,
    latencyMs: planned.latency.ms,
    jitterMs: planned.latency.jitterMs,
    failingNext: planned.failuresLeft,
    rejectingNext: planned.rejectionsLeft,
    rateLimit: limits.options,
    maxSocketsPerUser: app.maxSocketsPerUser,
    guestsDisabled: app.guestUserCreationDisabled,
    authChecksDisabled: app.disableAuthChecks,
    cutSocketsAtExpiry: app.cutSocketsAtExpiry,
    mediaFull: planned.isMediaFull,
    mediaLatencyMs: planned.mediaLatencyMs,
  };
}
