import { read } from '../../shared/foreign-value.js';

/** The least that is needed of the platform's class. */
interface Channel {
  onmessage: ((event: unknown) => void) | null;
  postMessage(message: unknown): void;
  close(): void;
  /** Where it would keep a process alive. */
  unref?(): void;
}

/** A channel of the platform's; undefined where there is none, or none can be made. */
function makeChannel(name: string): Channel | undefined {
  const { BroadcastChannel, crypto, Deno } = globalThis as {
    BroadcastChannel: new (name: string) => Channel;
    crypto?: Partial<Crypto>;
    Deno?: unknown;
  };
  // Without digests no token could be told from one that was refused.
  if (!crypto?.subtle) return undefined;
  // There it would keep the process alive, and has no way not to.
  if (Deno) return undefined;
  try {
    return new BroadcastChannel(name);
  } catch {
    // It is missing, something else, or refused.
    return undefined;
  }
}

/**
 * Hands tokens from tab to tab, to those with the same key. Nobody answers and nobody is waited for: a tab that is
 * frozen or gone holds up no other. Where the platform has no such channel, the tab is alone.
 */
export class TabChannel {
  readonly #key: string;
  readonly #onCandidate: (candidate: unknown) => void;
  #channel: Channel | undefined;

  /** `onCandidate` is given whatever came, unchecked. */
  constructor(key: string, onCandidate: (candidate: unknown) => void) {
    this.#key = key;
    this.#onCandidate = onCandidate;
  }

  get isOpen(): boolean {
    return this.#channel !== undefined;
  }

  open(): void {
    this.#channel ??= makeChannel(`stream-video-auth:${this.#key}`);
    const channel = this.#channel;
    if (!channel) return;
    channel.onmessage = (event) => {
      if (this.#channel === channel) this.#onCandidate(read(read(event, 'data'), 'token'));
    };
    channel.unref?.();
  }

  /** Tells the other tabs of a token; nothing where the channel is closed. */
  offer(token: string): void {
    try {
      this.#channel?.postMessage({ token });
    } catch {
      // The tab goes on alone.
    }
  }

  close(): void {
    const channel = this.#channel;
    this.#channel = undefined;
    try {
      channel?.close();
    } catch {
      // It is not used any more.
    }
  }
}
