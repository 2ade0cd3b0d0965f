/** What a page still holds: listeners on window and document, timers, sockets, channels. Put in place before the client. */
export interface Holdings {
  listeners: number;
  timers: number;
  sockets: number;
  channels: number;
}

const listeners = new Set<string>();
const ids = new WeakMap<object, number>();
const timers = new Set<unknown>();
const sockets = new Set<WebSocket>();
const channels = new Set<BroadcastChannel>();
let serial = 0;

function idOf(listener: object): number {
  const known = ids.get(listener);
  if (known !== undefined) return known;
  serial += 1;
  ids.set(listener, serial);
  return serial;
}

for (const target of [window, document]) {
  const { addEventListener, removeEventListener } = target;
  const key = (type: string, listener: unknown) =>
    `${target.constructor.name} ${type} ${idOf(listener as object)}`;
  target.addEventListener = (type: string, listener: never, options?: never) => {
    listeners.add(key(type, listener));
    addEventListener.call(target, type, listener, options);
  };
  target.removeEventListener = (type: string, listener: never, options?: never) => {
    listeners.delete(key(type, listener));
    removeEventListener.call(target, type, listener, options);
  };
}

const { setTimeout, clearTimeout } = window;
window.setTimeout = ((callback: () => void, delayMs?: number) => {
  const handle = setTimeout(() => {
    timers.delete(handle);
    callback();
  }, delayMs);
  timers.add(handle);
  return handle;
}) as typeof window.setTimeout;
window.clearTimeout = (handle) => {
  timers.delete(handle);
  clearTimeout(handle);
};

window.WebSocket = class extends WebSocket {
  constructor(url: string | URL) {
    super(url);
    sockets.add(this);
    super.addEventListener('close', () => sockets.delete(this));
  }
};

window.BroadcastChannel = class extends BroadcastChannel {
  constructor(name: string) {
    super(name);
    channels.add(this);
  }

  override close(): void {
    channels.delete(this);
    super.close();
  }
};

export function holdings(): Holdings {
  return { listeners: listeners.size, timers: timers.size, sockets: sockets.size, channels: channels.size };
}

/** Moves both clocks on, as the sleep of a machine does: no timer runs meanwhile. */
export function jump(milliseconds: number): void {
  const now = Date.now.bind(Date);
  const elapsed = performance.now.bind(performance);
  Date.now = () => now() + milliseconds;
  performance.now = () => elapsed() + milliseconds;
}
