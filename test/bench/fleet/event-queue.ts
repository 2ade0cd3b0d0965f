/** Something that happens at a moment of virtual time. */
export interface FleetEvent {
  readonly atMs: number;
  /** Of two events of one moment the one that was added first comes first. */
  readonly order: number;
  /** Whether it belongs to a background timer: mostly such an event starts nothing. */
  readonly isBackground: boolean;
  /** Undefined once it was taken or cancelled. */
  run: (() => void) | undefined;
}

function isBefore(one: FleetEvent, other: FleetEvent): boolean {
  return one.atMs === other.atMs ? one.order < other.order : one.atMs < other.atMs;
}

/** What is still to happen to the whole fleet: a binary heap, the earliest on top. */
export class EventQueue {
  #heap: FleetEvent[] = [];
  #added = 0;
  #cancelled = 0;

  /** Events that are still to happen. */
  get size(): number {
    return this.#heap.length - this.#cancelled;
  }

  add(atMs: number, run: () => void, isBackground = false): FleetEvent {
    this.#added += 1;
    const event: FleetEvent = { atMs, order: this.#added, isBackground, run };
    this.#heap.push(event);
    this.#rise(this.#heap.length - 1);
    return event;
  }

  /** It stays in the heap until it comes up, or until half of the heap is like it. */
  cancel(event: FleetEvent): void {
    if (!event.run) return;
    event.run = undefined;
    this.#cancelled += 1;
    if (this.#cancelled > 1_000 && this.#cancelled * 2 > this.#heap.length) this.#compact();
  }

  /** Takes the earliest event, if it comes no later than `endMs`; its `run` is then the caller's to call. */
  takeUntil(endMs: number): { readonly event: FleetEvent; run(): void } | undefined {
    for (;;) {
      const top = this.#heap[0];
      if (!top || top.atMs > endMs) return undefined;
      this.#removeTop();
      const { run } = top;
      if (run) {
        top.run = undefined;
        return { event: top, run };
      }
      this.#cancelled -= 1;
    }
  }

  #compact(): void {
    this.#heap = this.#heap.filter(({ run }) => run);
    this.#cancelled = 0;
    for (let index = (this.#heap.length >> 1) - 1; index >= 0; index -= 1) this.#sink(index);
  }

  #removeTop(): void {
    const last = this.#heap.pop() as FleetEvent;
    if (this.#heap.length === 0) return;
    this.#heap[0] = last;
    this.#sink(0);
  }

  #rise(start: number): void {
    const heap = this.#heap;
    const event = heap[start] as FleetEvent;
    let index = start;
    while (index > 0) {
      const parent = (index - 1) >> 1;
      if (!isBefore(event, heap[parent] as FleetEvent)) break;
      heap[index] = heap[parent] as FleetEvent;
      index = parent;
    }
    heap[index] = event;
  }

  #sink(start: number): void {
    const heap = this.#heap;
    const event = heap[start] as FleetEvent;
    let index = start;
    for (;;) {
      let child = 2 * index + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && isBefore(heap[child + 1] as FleetEvent, heap[child] as FleetEvent)) {
        child += 1;
      }
      if (!isBefore(heap[child] as FleetEvent, event)) break;
      heap[index] = heap[child] as FleetEvent;
      index = child;
    }
    heap[index] = event;
  }
}
