/**
 * When something is expected to happen to one client, as a share per bin of time: sums of uniform delays, without
 * dice. Multiplied by the number of clients it is what a fleet of any size does on average.
 */
export class Density {
  readonly binMs: number;
  readonly bins: Float64Array;

  constructor(binMs: number, bins: Float64Array) {
    this.binMs = binMs;
    this.bins = bins;
  }

  /** Nothing, up to a horizon. */
  static none(binMs: number, horizonMs: number): Density {
    return new Density(binMs, new Float64Array(Math.ceil(horizonMs / binMs)));
  }

  /** Anywhere between two moments, with the same chance. */
  static between(fromMs: number, toMs: number, binMs: number, horizonMs: number): Density {
    return Density.none(binMs, horizonMs).fill((startMs, endMs) => {
      const overlapMs = Math.min(endMs, toMs) - Math.max(startMs, fromMs);
      return Math.max(0, overlapMs) / (toMs - fromMs);
    });
  }

  /** How much of it there is. */
  get total(): number {
    return this.bins.reduce((sum, share) => sum + share, 0);
  }

  /** The same after a delay that lies anywhere between the two, with the same chance. */
  delayed(fromMs: number, toMs: number): Density {
    const sums = new Float64Array(this.bins.length + 1);
    for (let bin = 0; bin < this.bins.length; bin += 1) sums[bin + 1] = (sums[bin] ?? 0) + this.#at(bin);
    // How much there is before a moment.
    const before = (ms: number): number => {
      const at = Math.min(Math.max(ms / this.binMs, 0), this.bins.length);
      const bin = Math.min(Math.floor(at), this.bins.length - 1);
      return (sums[bin] as number) + this.#at(bin) * (at - bin);
    };
    // Exactly the mean over one bin would need another sum; its middle is as good where bins are small.
    return Density.none(this.binMs, this.bins.length * this.binMs).fill((startMs, endMs) => {
      if (toMs <= fromMs) return before(endMs - fromMs) - before(startMs - fromMs);
      const middleMs = (startMs + endMs) / 2;
      return ((before(middleMs - fromMs) - before(middleMs - toMs)) * this.binMs) / (toMs - fromMs);
    });
  }

  /** What lies in bins for which this holds. */
  where(holds: (middleMs: number) => boolean): Density {
    return Density.none(this.binMs, this.bins.length * this.binMs).fill((startMs, endMs) =>
      holds((startMs + endMs) / 2) ? this.#at(Math.round(startMs / this.binMs)) : 0,
    );
  }

  plus(other: Density, factor = 1): Density {
    const sum = this.bins.map((share, bin) => share + factor * (other.bins[bin] ?? 0));
    return new Density(this.binMs, sum);
  }

  times(factor: number): number[] {
    return Array.from(this.bins, (share) => share * factor);
  }

  fill(share: (startMs: number, endMs: number) => number): this {
    for (let bin = 0; bin < this.bins.length; bin += 1) {
      this.bins[bin] = share(bin * this.binMs, (bin + 1) * this.binMs);
    }
    return this;
  }

  #at(bin: number): number {
    return this.bins[bin] ?? 0;
  }
}
