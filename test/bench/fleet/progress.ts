/** Says how far a scene is, now and then: its seed, what is done of what, and how long the rest will take. */
export class Progress {
  readonly #say: (line: string) => void;
  readonly #scenes: number;
  readonly #seed: number;
  #scene = 0;
  #peakBytes = 0;

  constructor(scenes: number, seed: number, say: (line: string) => void) {
    this.#scenes = scenes;
    this.#seed = seed;
    this.#say = say;
  }

  /** The most memory that the process had at any look. */
  get peakBytes(): number {
    return this.#peakBytes;
  }

  /** The next scene, which lasts so long in virtual time. Call what is returned as time goes on. */
  begin(name: string, lastsMs: number): (nowMs: number) => void {
    this.#scene += 1;
    const title = `scene ${this.#scene} of ${this.#scenes}, ${name}, seed ${this.#seed}`;
    const startedAt = performance.now();
    let lastSaidAt = startedAt;
    return (nowMs) => {
      this.#peakBytes = Math.max(this.#peakBytes, process.memoryUsage.rss());
      const isOver = nowMs >= lastsMs;
      const elapsedMs = performance.now() - startedAt;
      if (!isOver && performance.now() - lastSaidAt < 10_000) return;
      lastSaidAt = performance.now();
      const leftMs = (elapsedMs * (lastsMs - nowMs)) / nowMs;
      const left = isOver ? `took ${seconds(elapsedMs)}` : `about ${seconds(leftMs)} left`;
      this.#say(`${title}: ${seconds(nowMs)} of ${seconds(lastsMs)} of virtual time, ${left}`);
    };
  }
}

function seconds(milliseconds: number): string {
  return `${Math.round(milliseconds / 1_000).toLocaleString('en')} s`;
}
