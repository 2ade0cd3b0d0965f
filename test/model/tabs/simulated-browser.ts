import { AsyncLocalStorage } from 'node:async_hooks';
import { digest } from '../../support/fake-tabs.js';

type Task = () => void;
type Handler = ((event: unknown) => void) | null;

/** One page of the simulated browser: what it began runs in it, waits while it is frozen, and ends with it. */
export class PageProcess {
  readonly window = new EventTarget();
  readonly document = Object.assign(new EventTarget(), { visibilityState: 'visible' });
  isFrozen = false;
  isGone = false;
  /** Lies in the back-forward cache. */
  isAway = false;
  readonly #held: Task[] = [];
  readonly #storage: AsyncLocalStorage<PageProcess>;

  constructor(storage: AsyncLocalStorage<PageProcess>) {
    this.#storage = storage;
  }

  get isAwake(): boolean {
    return !this.isFrozen && !this.isGone && !this.isAway;
  }

  /** At once, as the user does something in it. */
  run<T>(begin: () => T): T {
    return this.#storage.run(this, begin);
  }

  /** As an event from outside: a timer, an answer, a message. */
  task(run: Task): void {
    if (this.isGone) return;
    if (this.isAwake) this.run(run);
    else this.#held.push(run);
  }

  dispatch(target: EventTarget, name: string): void {
    this.run(() => target.dispatchEvent(new Event(name)));
  }

  show(isVisible: boolean): void {
    this.document.visibilityState = isVisible ? 'visible' : 'hidden';
    this.dispatch(this.document, 'visibilitychange');
  }

  freeze(): void {
    this.isFrozen = true;
  }

  thaw(): void {
    this.isFrozen = false;
    this.dispatch(this.document, 'resume');
    this.#catchUp();
  }

  leave(): void {
    this.dispatch(this.window, 'pagehide');
    this.isAway = true;
  }

  comeBack(): void {
    this.isAway = false;
    this.dispatch(this.window, 'pageshow');
    this.#catchUp();
  }

  #catchUp(): void {
    for (const task of this.#held.splice(0)) this.task(task);
  }
}

/** One browser with several pages in one realm: timers, channels and events belong to the page that made them. */
export class SimulatedBrowser {
  readonly #storage = new AsyncLocalStorage<PageProcess>();
  readonly #replaced = new Map<string, PropertyDescriptor | undefined>();
  readonly #channels = new Set<{ name: string; owner: PageProcess; onmessage: Handler }>();
  readonly #setTimeout = globalThis.setTimeout;
  readonly #clearTimeout = globalThis.clearTimeout;
  readonly #timers = new Map<unknown, PageProcess>();
  /** What was offered on a channel: by whom, and to whom it will come. */
  onPost: (name: string, data: unknown, receivers: readonly PageProcess[]) => void = () => {};

  open(): PageProcess {
    return new PageProcess(this.#storage);
  }

  /** The page that is running now. */
  get current(): PageProcess | undefined {
    return this.#storage.getStore();
  }

  install(random: () => number): void {
    const here = () => this.current;
    const timers = this.#timers;
    const [set, clear] = [this.#setTimeout, this.#clearTimeout];
    const channels = this.#channels;
    const post = (from: unknown, name: string, data: unknown) => this.post(name, data, from);
    class SimulatedChannel {
      onmessage: Handler = null;
      readonly owner = here() as PageProcess;

      constructor(readonly name: string) {
        channels.add(this);
      }

      postMessage(data: unknown): void {
        post(this, this.name, data);
      }

      close(): void {
        channels.delete(this);
      }
    }
    this.#define('BroadcastChannel', { value: SimulatedChannel });
    this.#define('crypto', { value: { subtle: { digest } } });
    this.#define('document', { get: () => here()?.document });
    for (const name of ['addEventListener', 'removeEventListener'] as const) {
      this.#define(name, { value: (type: string, on: never) => here()?.window[name](type, on) });
    }
    this.#define('setTimeout', {
      value: (callback: Task, delayMs?: number) => {
        const page = here();
        if (!page) return set(callback, delayMs);
        const handle = set(() => {
          timers.delete(handle);
          page.task(callback);
        }, delayMs);
        timers.set(handle, page);
        return handle;
      },
    });
    this.#define('clearTimeout', {
      value: (handle: never) => {
        timers.delete(handle);
        clear(handle);
      },
    });
    this.#replaced.set('random', Object.getOwnPropertyDescriptor(Math, 'random'));
    Object.defineProperty(Math, 'random', { value: random, configurable: true, writable: true });
  }

  uninstall(): void {
    for (const [name, descriptor] of this.#replaced) {
      const target = name === 'random' ? Math : globalThis;
      if (descriptor) Object.defineProperty(target, name, descriptor);
      else Reflect.deleteProperty(target, name);
    }
  }

  /** Hands a message to every other page that listens on this channel. */
  post(name: string, data: unknown, from?: unknown): void {
    const others = [...this.#channels].filter((channel) => channel !== from && channel.name === name);
    this.onPost(
      name,
      data,
      others.map(({ owner }) => owner),
    );
    for (const channel of others) {
      void Promise.resolve().then(() =>
        channel.owner.task(() => {
          if (this.#channels.has(channel)) channel.onmessage?.({ data });
        }),
      );
    }
  }

  crash(page: PageProcess): void {
    page.isGone = true;
    for (const channel of this.#channels) if (channel.owner === page) this.#channels.delete(channel);
    for (const [handle, owner] of this.#timers) if (owner === page) clearTimeout(handle as never);
  }

  channelsOf(page: PageProcess): number {
    return [...this.#channels].filter(({ owner }) => owner === page).length;
  }

  timersOf(page: PageProcess): number {
    return [...this.#timers.values()].filter((owner) => owner === page).length;
  }

  #define(name: string, descriptor: PropertyDescriptor): void {
    this.#replaced.set(name, Object.getOwnPropertyDescriptor(globalThis, name));
    Object.defineProperty(globalThis, name, {
      ...descriptor,
      configurable: true,
      ...('value' in descriptor && { writable: true }),
    });
  }
}
