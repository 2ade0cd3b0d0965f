import { vi } from 'vitest';

class CountingTarget extends EventTarget {
  readonly listening = new Set<string>();
  #count = 0;

  get count(): number {
    return this.#count;
  }

  override addEventListener(...args: Parameters<EventTarget['addEventListener']>): void {
    this.#count += 1;
    super.addEventListener(...args);
  }

  override removeEventListener(...args: Parameters<EventTarget['removeEventListener']>): void {
    this.#count -= 1;
    super.removeEventListener(...args);
  }
}

/** A page around the client: its window's and its document's events. */
export class Page {
  readonly #window = new CountingTarget();
  readonly #document = Object.assign(new CountingTarget(), { visibilityState: 'visible' });

  constructor() {
    const target = this.#window;
    vi.stubGlobal('addEventListener', target.addEventListener.bind(target));
    vi.stubGlobal('removeEventListener', target.removeEventListener.bind(target));
    vi.stubGlobal('document', this.#document);
  }

  get listeners(): number {
    return this.#window.count + this.#document.count;
  }

  show(): void {
    this.#document.visibilityState = 'visible';
    this.#document.dispatchEvent(new Event('visibilitychange'));
  }

  hide(): void {
    this.#document.visibilityState = 'hidden';
    this.#document.dispatchEvent(new Event('visibilitychange'));
  }

  /** An event of the window, or `resume` of the document. */
  tell(event: string): void {
    (event === 'resume' ? this.#document : this.#window).dispatchEvent(new Event(event));
  }
}
