// A client's own traffic is a ping every few seconds.
const MAX_FRAMES_PER_SECOND = 50;

/** Counts the frames of one socket, second by second. */
export class FrameRate {
  #framesThisSecond = 0;
  #secondEndsAt = 0;

  /** Counts a frame; returns whether it is one too many. */
  isExceeded(): boolean {
    const now = globalThis.performance.now();
    if (now >= this.#secondEndsAt) {
      this.#secondEndsAt = now + 1000;
      this.#framesThisSecond = 0;
    }
    this.#framesThisSecond += 1;
    return this.#framesThisSecond > MAX_FRAMES_PER_SECOND;
  }
}
