/** An event target that knows how many listen. */
class CountedTarget extends EventTarget {
  readonly #listeners = new Map<string, Set<unknown>>();

  get listenerCount(): number {
    return [...this.#listeners.values()].reduce((sum, { size }) => sum + size, 0);
  }

  override addEventListener(name: string, listener: EventListener): void {
    super.addEventListener(name, listener);
    const known = this.#listeners.get(name) ?? new Set();
    this.#listeners.set(name, known.add(listener));
  }

  override removeEventListener(name: string, listener: EventListener): void {
    super.removeEventListener(name, listener);
    this.#listeners.get(name)?.delete(listener);
  }
}

class PageDocument extends CountedTarget {
  visibilityState: 'visible' | 'hidden' = 'visible';
}

/** The page around the client: `window` and `document` events in the test's hands. */
export class Page {
  readonly #window = new CountedTarget();
  readonly #document = new PageDocument();
  /** Whether it may lie in the back-forward cache. */
  isAway = false;
  readonly #replaced = new Map<string, PropertyDescriptor | undefined>();

  install(): void {
    const target = this.#window;
    this.#define('document', this.#document);
    this.#define('addEventListener', target.addEventListener.bind(target));
    this.#define('removeEventListener', target.removeEventListener.bind(target));
  }

  uninstall(): void {
    for (const [name, descriptor] of this.#replaced) {
      if (descriptor) Object.defineProperty(globalThis, name, descriptor);
      else Reflect.deleteProperty(globalThis, name);
    }
  }

  get listenerCount(): number {
    return this.#window.listenerCount + this.#document.listenerCount;
  }

  show(isVisible: boolean): void {
    this.#document.visibilityState = isVisible ? 'visible' : 'hidden';
    this.#document.dispatchEvent(new Event('visibilitychange'));
    if (isVisible) this.#window.dispatchEvent(new Event('focus'));
  }

  /** The user leaves the page, which may come back from the back-forward cache. */
  leave(): void {
    this.isAway = true;
    this.#document.visibilityState = 'hidden';
    this.#document.dispatchEvent(new Event('visibilitychange'));
    this.#window.dispatchEvent(new Event('pagehide'));
  }

  comeBack(): void {
    this.isAway = false;
    this.#document.visibilityState = 'visible';
    this.#window.dispatchEvent(new Event('pageshow'));
    this.#document.dispatchEvent(new Event('visibilitychange'));
  }

  /** The runtime is Workers, by the name that it gives itself. */
  beWorkers(): void {
    this.#define('navigator', { userAgent: 'Cloudflare-Workers' });
  }

  network(isOnline: boolean): void {
    this.#window.dispatchEvent(new Event(isOnline ? 'online' : 'offline'));
  }

  #define(name: string, value: unknown): void {
    this.#replaced.set(name, Object.getOwnPropertyDescriptor(globalThis, name));
    Object.defineProperty(globalThis, name, { value, configurable: true, writable: true });
  }
}
