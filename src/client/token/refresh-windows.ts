import { clamp } from '../../shared/clamp.js';

/** The share of a token's life, and its bounds, in which it is refreshed ahead of time. */
export const ADVISORY = { share: 0.2, minMs: 15_000, maxMs: 600_000 } as const;
/** The share of a token's life, and its bounds, in which callers wait for a refresh. */
export const MANDATORY = { share: 0.05, minMs: 5_000, maxMs: 30_000 } as const;
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
  const advisoryMs = Math.min(clamp(ADVISORY.share * life, ADVISORY.minMs, ADVISORY.maxMs), life / 2);
  const mandatoryMs = Math.min(
    clamp(MANDATORY.share * life, MANDATORY.minMs, MANDATORY.maxMs),
    advisoryMs / 4,
  );
  return { advisoryMs, mandatoryMs };
}
