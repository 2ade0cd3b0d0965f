/** What one tab can be made to do. Functions run in the page: they see its globals and the argument, nothing else. */
export interface Tab {
  goto(url: string): Promise<void>;
  /** Back in the history, by real navigation. */
  back(): Promise<void>;
  evaluate<T>(run: () => T | Promise<T>): Promise<T>;
  evaluate<T, A>(run: (argument: A) => T | Promise<T>, argument: A): Promise<T>;
  /** What the browser complained of: console errors, exceptions, violations of a policy. */
  readonly complaints: string[];
  close(): Promise<void>;
  /** Cuts the network off, or gives it back; the page is told by its events. */
  setOffline?(isOffline: boolean): Promise<void>;
  /** A slow network: milliseconds each way, and kilobytes in a second. */
  slowDown?(latencyMs: number, kilobytesPerSecond: number): Promise<void>;
  /** The page is frozen as the browser freezes a tab in the background, or goes on. */
  setFrozen?(isFrozen: boolean): Promise<void>;
}

/** What a test needs of the browser's driver beyond pages, navigation and scripts. */
export type Ability = 'offline' | 'slow network' | 'freezing' | 'back-forward cache' | 'not-restored reasons';

/** A browser and the way to drive it. */
export interface Driver {
  readonly name: string;
  /** Why a driver cannot do something; what is not named here it can. */
  readonly cannot: Partial<Record<Ability, string>>;
  launch(): Promise<Launched>;
}

export interface Launched {
  /** A tab in a profile that all tabs of this browser share. */
  open(): Promise<Tab>;
  close(): Promise<void>;
}
