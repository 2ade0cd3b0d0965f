/** How often something happened, in equal bins of virtual time. */
export class Rates {
  readonly binMs: number;
  readonly bins: number[] = [];
  total = 0;

  constructor(binMs: number) {
    this.binMs = binMs;
  }

  add(atMs: number): void {
    const bin = Math.floor(atMs / this.binMs);
    while (this.bins.length <= bin) this.bins.push(0);
    this.bins[bin] = (this.bins[bin] as number) + 1;
    this.total += 1;
  }
}

/** The busiest `windowMs`, as a rate per second. */
export function peakPerSecond(bins: readonly number[], binMs: number, windowMs: number): number {
  const width = Math.max(1, Math.round(windowMs / binMs));
  let sum = 0;
  let peak = 0;
  for (let index = 0; index < bins.length; index += 1) {
    sum += bins[index] as number;
    if (index >= width) sum -= bins[index - width] as number;
    peak = Math.max(peak, sum);
  }
  return (peak * 1_000) / (width * binMs);
}

/** The first moment at which `share` of `of` has happened; undefined where that never comes. */
export function timeOfShareMs(
  bins: readonly number[],
  binMs: number,
  { share, of }: { share: number; of: number },
): number | undefined {
  let sum = 0;
  for (let index = 0; index < bins.length; index += 1) {
    sum += bins[index] as number;
    if (sum >= share * of) return (index + 1) * binMs;
  }
  return undefined;
}

/** What happened from one moment to another, per second on average. */
export function meanPerSecond(bins: readonly number[], binMs: number, fromMs: number, toMs: number): number {
  let sum = 0;
  for (const count of bins.slice(Math.round(fromMs / binMs), Math.round(toMs / binMs))) sum += count;
  return (sum * 1_000) / (toMs - fromMs);
}

/** Every so many bins as one. */
export function together(bins: readonly number[], width: number): number[] {
  const sums: number[] = [];
  for (let start = 0; start < bins.length; start += width) {
    let sum = 0;
    for (let bin = start; bin < Math.min(start + width, bins.length); bin += 1) sum += bins[bin] as number;
    sums.push(sum);
  }
  return sums;
}
