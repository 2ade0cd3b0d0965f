import type { RingOutcome } from '../call-events.js';
import { MAX_TIMER_MS, type TimerHandle, type Timers } from '../environment/timers.js';
import { type CallParts, OUTCOMES } from './call-parts.js';
import { instantOf } from './event-time.js';

/** So long after the ring, or the last event, nothing is read: events are quicker. */
const QUIET_MS = 15_000;
const READ_EVERY_MS = 5_000;
/** Where the call's settings tell no limit. */
const LIMIT_MS = 30_000;

interface Ring {
  /** Empty where it is not known: then the session that the call is in. */
  readonly sessionId: string;
  readonly callerId: string;
  /** When, as `instantOf` has it; empty for a ring of our own. */
  readonly at: string;
  /** Whom it rings; undefined for all members. */
  readonly memberIds?: readonly string[] | undefined;
}

export type RingSnapshot = ReturnType<CallParts['ringOutcomes']>;

interface RingingOptions {
  readonly timers: Timers;
  readonly parts: CallParts;
  ownUserId(): string;
  /** Reads what became of the ring into the parts; rejects as requests do. */
  read(sessionId: string, signal: AbortSignal): Promise<void>;
  /** The time is over, or something was read. */
  changed(): void;
}

/** Whether a call rings, and what becomes of it. Events may be lost with the socket, so the caller reads, too. */
export class Ringing {
  readonly #options: RingingOptions;
  #ring: (Ring & { before: RingSnapshot; told: Set<string> }) | undefined;
  #isRinging = false;
  #reading: AbortController | undefined;
  #quiet: TimerHandle | undefined;
  #limit: TimerHandle | undefined;

  constructor(options: RingingOptions) {
    this.#options = options;
  }

  get isRinging(): boolean {
    return this.#isRinging;
  }

  /** What is known of earlier rings; to be taken before the request or event that makes the call ring. */
  get snapshot(): RingSnapshot {
    const { parts } = this.#options;
    return parts.ringOutcomes(this.#ring?.sessionId || parts.sessionId);
  }

  start(ring: Ring, before: RingSnapshot): void {
    const { parts, timers, ownUserId } = this.#options;
    this.stop();
    this.#ring = { ...ring, before, told: new Set() };
    this.#isRinging = true;
    if (ring.callerId !== ownUserId()) return;
    this.#reading = new AbortController();
    this.#readIn(QUIET_MS);
    const { auto_cancel_timeout_ms: cancel, missed_call_timeout_ms: missed } =
      parts.call?.settings?.ring ?? {};
    // What no timer can keep is no limit.
    const limitMs = [cancel, missed].map(Number).find((ms) => ms > 0 && ms < MAX_TIMER_MS) ?? LIMIT_MS;
    this.#limit = timers.setInBackground(() => {
      this.rest();
      this.#options.changed();
      // The last read may fall on the limit itself.
    }, limitMs + 1);
  }

  /** Forgets the ring: nothing is read or told any more. */
  stop(): void {
    this.#reading?.abort();
    this.#reading = undefined;
    this.rest();
    this.#ring = undefined;
  }

  /** An event of the call came: the socket is alive, so it is read later, also where it is being read now. */
  postpone(): void {
    if (this.#reading && this.#isRinging) this.#readIn(QUIET_MS);
  }

  /** Decides from what is known by now, be it by event or by reading; returns what was not told yet. */
  decide(): RingOutcome[] {
    const ring = this.#ring;
    if (!ring) return [];
    const own = this.#options.ownUserId();
    const { callerId, before, told } = ring;
    const isCaller = callerId === own;
    const now = this.snapshot;
    const done = new Map<string, string>();
    const news: RingOutcome[] = [];
    for (const outcome of OUTCOMES) {
      for (const [userId, time] of Object.entries(now[`${outcome}_by`])) {
        const isOfEarlier = before[`${outcome}_by`][userId] === time;
        if (isOfEarlier && !(ring.at && (instantOf(time) ?? '') >= ring.at)) continue;
        done.set(userId, outcome);
        // What others do about a ring is the caller's affair.
        const concerns = isCaller || userId === own || (userId === callerId && outcome === 'rejected');
        if (!concerns || told.has(outcome + userId)) continue;
        told.add(outcome + userId);
        news.push({ outcome, user_id: userId });
      }
    }
    if (!this.#isRinging) return news;
    if (now.hasEnded) news.push({ outcome: 'ended' });
    const isOver = isCaller
      ? this.#isAnswered(ring, done, own)
      : done.has(own) || done.get(callerId) === 'rejected';
    if (now.hasEnded || isOver) this.rest();
    return news;
  }

  /** Whether somebody accepted, the caller cancelled, or nobody is left who could answer. */
  #isAnswered({ memberIds }: Ring, done: ReadonlyMap<string, string>, own: string): boolean {
    if (done.get(own) === 'rejected') return true;
    if ([...done].some(([userId, outcome]) => userId !== own && outcome === 'accepted')) return true;
    const rung = memberIds ?? this.#options.parts.members.map(({ user_id }) => user_id);
    return done.size > 0 && rung.every((userId) => userId === own || done.has(userId));
  }

  /** It rings no more; what becomes of it is told all the same. */
  rest(): void {
    const { timers } = this.#options;
    this.#isRinging = false;
    timers.clear(this.#quiet);
    timers.clear(this.#limit);
  }

  #readIn(delayMs: number): void {
    const { timers } = this.#options;
    timers.clear(this.#quiet);
    this.#quiet = timers.setInBackground(() => this.#read(), delayMs);
  }

  async #read(): Promise<void> {
    const { parts, timers, read, changed } = this.#options;
    const reading = this.#reading as AbortController;
    this.#quiet = undefined;
    try {
      await read((this.#ring as Ring).sessionId || parts.sessionId, reading.signal);
    } catch (error) {
      const { status } = error as { status?: number };
      if (reading === this.#reading && (status === 400 || status === 404)) {
        // This coordinator reads no rings.
        this.#reading = undefined;
        timers.clear(this.#quiet);
      }
    }
    // Another ring may have begun. One that is over by now is told of all the same.
    if (reading !== this.#reading) return;
    changed();
    if (this.#isRinging && reading === this.#reading && this.#quiet === undefined)
      this.#readIn(READ_EVERY_MS);
  }
}
