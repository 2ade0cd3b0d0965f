import { type ResponseFault, ResponseFaults } from './response-faults.js';

/** What is planned to go wrong with coming requests and handshakes. */
export class PlannedFaults {
  readonly #onUsed: () => void;
  readonly #responses = new ResponseFaults();
  #latency: { readonly ms: number; readonly jitterMs: number } = { ms: 0, jitterMs: 0 };
  #handshakeCodes: number[] = [];
  /** Whether nobody may join the media server. */
  isMediaFull = false;
  /** Milliseconds before each answer of the media server. */
  mediaLatencyMs = 0;

  /** `onUsed` is called each time a planned fault was used up. */
  constructor(onUsed: () => void) {
    this.#onUsed = onUsed;
  }

  get latency(): { readonly ms: number; readonly jitterMs: number } {
    return this.#latency;
  }

  get failuresLeft(): number {
    return this.#responses.left;
  }

  get rejectionsLeft(): number {
    return this.#handshakeCodes.length;
  }

  failNext(count: number, fault: ResponseFault): void {
    this.#responses.plan(count, fault);
  }

  rejectNext(apiCode: number, count: number): void {
    for (let left = count; left > 0; left -= 1) this.#handshakeCodes.push(apiCode);
  }

  delayAnswers(ms: number, jitterMs: number): void {
    this.#latency = { ms, jitterMs };
  }

  /** Milliseconds to wait before the next answer. */
  nextDelayMs(): number {
    return this.#latency.ms + Math.random() * this.#latency.jitterMs;
  }

  /** The failure of this request, used up; undefined when none applies. */
  takeFailure(method: string, path: string): ResponseFault | undefined {
    return this.#used(this.#responses.take(method, path));
  }

  /** The code that the next handshake is refused with, used up. */
  takeRejection(): number | undefined {
    return this.#used(this.#handshakeCodes.shift());
  }

  clear(): void {
    this.#responses.clear();
    this.#latency = { ms: 0, jitterMs: 0 };
    this.#handshakeCodes = [];
    this.isMediaFull = false;
    this.mediaLatencyMs = 0;
  }

  #used<T>(fault: T | undefined): T | undefined {
    if (fault !== undefined) this.#onUsed();
    return fault;
  }
}
