import { after, type Clock, millisecondsUntil } from '../environment/clock.js';
import { remainingMs } from '../token/phase.js';
import type { TokenFacts } from '../token/token-facts.js';
import type { TokenSession } from './token-session.js';

/** The official client spreads the retries of one burst over 5 s; a repeat within this time is a straggler. */
const BURST_MS = 6_000;

/**
 * One official client that lives on our tokens. It asks again only when its server refused what it got, so a
 * repeat for the current token means a refusal, unless it is a straggler of the burst that is already dealt with.
 */
export class TokenConsumer {
  readonly #session: TokenSession;
  readonly #clock: Clock;
  #handedOut: number | undefined;
  #hasHadAnother = false;

  constructor(session: TokenSession, clock: Clock) {
    this.#session = session;
    this.#clock = clock;
  }

  async token(): Promise<string> {
    const session = this.#session;
    const { held } = session;
    const isRepeat = held !== undefined && held.generation === this.#handedOut;
    if (isRepeat && !this.#isStraggler(held)) await session.verdicts.replaceFor(held);
    const { token } = await session.acquire();
    if (!token) return '';
    if (this.#handedOut !== undefined && this.#handedOut !== token.generation) this.#hasHadAnother = true;
    this.#handedOut = token.generation;
    return token.value;
  }

  #isStraggler(held: TokenFacts): boolean {
    if (!this.#hasHadAnother) return false;
    const now = this.#clock.now();
    const isRecent = millisecondsUntil(after(held.receivedAt, BURST_MS), now) > 0;
    return isRecent && remainingMs(held, { ...now, offsetMs: this.#session.offsetMs }) > 0;
  }
}
