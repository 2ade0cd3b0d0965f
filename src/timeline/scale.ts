const SECOND_MS = 1000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;
const STEPS_MS = [
  ...[1, 2, 5, 10, 15, 30].map((seconds) => seconds * SECOND_MS),
  ...[1, 2, 5, 10, 15, 30].map((minutes) => minutes * MINUTE_MS),
  ...[1, 2, 6, 12, 24].map((hours) => hours * HOUR_MS),
];
const TICK_WIDTH_PX = 86;

/** Where a moment lies on a plot. */
export class TimeScale {
  readonly from: number;
  readonly until: number;
  readonly width: number;

  constructor(from: number, until: number, width: number) {
    this.from = from;
    this.until = until;
    this.width = Math.max(1, width);
  }

  get msPerPx(): number {
    return (this.until - this.from) / this.width;
  }

  /** Kept within a plot's width of the plot, since a renderer loses precision far outside. */
  x(at: number): number {
    const x = (at - this.from) / this.msPerPx;
    return Math.round(Math.min(Math.max(x, -this.width), 2 * this.width) * 10) / 10;
  }

  shows(from: number, until: number = from): boolean {
    return until >= this.from && from <= this.until;
  }

  /** Round moments, far enough apart for a label each. */
  ticks(): number[] {
    const least = this.msPerPx * TICK_WIDTH_PX;
    const step = STEPS_MS.find((one) => one >= least) ?? least;
    const first = Math.ceil(this.from / step) * step;
    const count = Math.max(0, Math.floor((this.until - first) / step) + 1);
    return Array.from({ length: count }, (_, index) => first + index * step);
  }
}
