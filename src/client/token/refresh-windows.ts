import { clamp } from '../../shared/clamp.js';

/** The share of a token's life, and its bounds, in which it is refreshed ahead of time. */
const ADVISORY_SHARE = 0.2;
const ADVISORY_MIN_MS = 15_000;
export const ADVISORY_MAX_MS = 600_000;
/** The share of a token's life, and its bounds, in which callers wait for a refresh. */
const MANDATORY_SHARE = 0.05;
const MANDATORY_MIN_MS = 5_000;
export const MANDATORY_MAX_MS = 30_000;
/** The advisory window opens up to this share of itself later, so that many clients do not refresh at once. */
export const JITTER_SHARE = 0.25;
/** How long before its end a token is renewed ahead of time, and from when callers wait for that; milliseconds. */
export interface Windows {
  readonly advisoryMs: number;
  readonly mandatoryMs: number;
}

/** Both windows for a token that had `lifeMs` left when it was received. */
export function windowsFor(lifeMs: number): Windows {
  const life = Math.max(0, lifeMs);
  const advisoryMs = Math.min(clamp(ADVISORY_SHARE * life, ADVISORY_MIN_MS, ADVISORY_MAX_MS), life / 2);
  const mandatoryMs = Math.min(
    clamp(MANDATORY_SHARE * life, MANDATORY_MIN_MS, MANDATORY_MAX_MS),
    advisoryMs / 4,
  );
  return { advisoryMs, mandatoryMs };
}
