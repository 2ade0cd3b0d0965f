import type { Moment } from '../environment/clock.js';
import type { TimeFacts } from './phase.js';

/** Kinds of evidence about the server's clock, the best first. */
const KINDS = ['frame', 'date', 'token'] as const;
type Evidence = (typeof KINDS)[number];

/** Below this the clocks count as equal: network time and whole seconds explain it. */
export const TOLERANCE_MS = 5_000;
/** Wall and monotonic clock parting by more than this means that somebody set the clock, or that we slept. */
export const JUMP_MS = 2_000;
/** From here on the app is told, once. */
export const NOTABLE_SKEW_MS = 60_000;

/** What is known about the server's clock: one offset, by the best evidence there is. */
export class ServerClock {
  #offsets: Partial<Record<Evidence, number>> = {};
  /** When the time was noted last; parts from nothing before. */
  #lastWallMs = Number.NaN;
  #lastMonotonicMs = Number.NaN;
  #header: string | undefined;

  /** Server time minus local time; 0 without evidence, below 5 s, and where the local clocks have parted. */
  offsetAt(now: Moment): number {
    return this.#offset(KINDS, now);
  }

  /** The offset by what the server itself said, leaving out what a token claims about its own minting. */
  offsetWithoutTokensAt(now: Moment): number {
    return this.#offset(['frame', 'date'], now);
  }

  /** What the offset rests on. */
  evidenceAt(now: Moment): Evidence | undefined {
    return this.#best(KINDS, now);
  }

  /** Notes the time. Where the local clocks have parted since it was noted last, the offset is forgotten. */
  observe(now: Moment): void {
    if (this.#haveParted(now)) this.#offsets = {};
    this.#lastWallMs = now.wallMs;
    this.#lastMonotonicMs = now.monotonicMs;
  }

  /** `created_at` of a socket frame on arrival. */
  learnFromFrame(createdAt: unknown, now: Moment): void {
    // Text in one dialect of the coordinator, nanoseconds in the next.
    if (typeof createdAt === 'string') this.#learn('frame', Date.parse(createdAt), now);
    if (typeof createdAt === 'number' && createdAt > 1e18) this.#learn('frame', createdAt / 1e6, now);
  }

  /** Whether this `Date` header tells nothing new: all answers of one second have the same one. */
  isKnown(header: string | null): boolean {
    return header === null || (header === this.#header && this.#offsets.date !== undefined);
  }

  /** The `Date` header of an answer, which is cut to whole seconds. */
  learnFromDateHeader(header: string | null, now: Moment): void {
    if (!header) return;
    this.#header = header;
    this.#learn('date', Date.parse(header) + 500, now);
  }

  /** The `iat` of a token that the provider has just made. */
  learnFromToken({ issuedAtMs, expiresAtMs }: TimeFacts, now: Moment): void {
    if (issuedAtMs === undefined) return;
    const ageByLocalClockMs = now.wallMs - issuedAtMs;
    // An old token may come from a cache. Only one that looks mostly used up on arrival speaks of our clock.
    const isOld = ageByLocalClockMs > TOLERANCE_MS;
    const isMostlyGone = expiresAtMs !== undefined && ageByLocalClockMs > (expiresAtMs - issuedAtMs) / 2;
    if (!isOld || isMostlyGone) this.#learn('token', issuedAtMs, now);
  }

  #learn(kind: Evidence, serverMs: number, now: Moment): void {
    if (Number.isFinite(serverMs)) this.#offsets[kind] = serverMs - now.wallMs;
  }

  #haveParted(now: Moment): boolean {
    return Math.abs(now.wallMs - this.#lastWallMs - (now.monotonicMs - this.#lastMonotonicMs)) > JUMP_MS;
  }

  #best(kinds: readonly Evidence[], now: Moment): Evidence | undefined {
    return this.#haveParted(now) ? undefined : kinds.find((kind) => this.#offsets[kind] !== undefined);
  }

  #offset(kinds: readonly Evidence[], now: Moment): number {
    const kind = this.#best(kinds, now);
    const offset = kind === undefined ? 0 : (this.#offsets[kind] as number);
    return Math.abs(offset) < TOLERANCE_MS ? 0 : offset;
  }
}
