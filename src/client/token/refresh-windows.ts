/** The share of a token's life, and its bounds, in which it is refreshed ahead of time. */
export const ADVISORY = { share: 0.2, minMs: 15_000, maxMs: 600_000 } as const;
/** The share of a token's life, and its bounds, in which callers wait for a refresh. */
export const MANDATORY = { share: 0.05, minMs: 5_000, maxMs: 30_000 } as const;
/** The advisory window opens up to this share of itself later, so that many clients do not refresh at once. */
export const JITTER_SHARE = 0.25;
/** How long one call of the provider may take. */
export const PROVIDER_LIMIT_MS = 10_000;
/** From the start of one attempt to the start of the next one that nobody waits for. */
export const FLOOR_MS = 5_000;
/** A caller waits for a closed door no longer than this. */
export const DOOR_PATIENCE_MS = 2_500;
/** Background timers: never so short as to spin, never so long as to overflow or to trust a sleeping timer. */
export const TIMER = { minMs: 250, maxMs: 60_000 } as const;
/** A refused token younger than this may be answered with its own twin, minted in the same second. */
export const TWIN = { youngerThanMs: 2_000, askAgainAfterMs: 1_000 } as const;
/** The wait before the same token is sent once more after 41 or 42. */
export const EARLY_TOKEN = { marginMs: 250, minMs: 1_000, maxMs: 5_000 } as const;

export function clamp(value: number, min: number, max: number): number {
  return Math.min(Math.max(value, min), max);
}

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
