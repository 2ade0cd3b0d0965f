import type { Inventory } from '../../control/inventory.js';

const AGAIN_AFTER_MS = 1000;

/** Keeps the lists of users and calls fresh while they are in view: asked for at most once a second. */
export class InventoryReader {
  readonly #onRead: (inventory: Inventory) => void;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #isWanted = false;

  constructor(onRead: (inventory: Inventory) => void) {
    this.#onRead = onRead;
  }

  /** Asks now, or once the last answer is a second old. */
  ask(): void {
    this.#isWanted = true;
    if (this.#timer === undefined) void this.#read();
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#isWanted = false;
  }

  async #read(): Promise<void> {
    this.#isWanted = false;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      if (this.#isWanted) void this.#read();
    }, AGAIN_AFTER_MS);
    try {
      const response = await fetch('/_emulator/inventory');
      if (response.ok) this.#onRead((await response.json()) as Inventory);
    } catch {
      // The header says that the emulator is gone, and the feed's next message asks again.
    }
  }
}
