import { tellInTurn } from '../refresh/epoch.js';
import type { SingleFlight } from '../refresh/single-flight.js';
import type { TokenStore } from '../refresh/token-store.js';
import { isShareable, isWorthAdopting } from '../tabs/adoption.js';
import { digestOf, RefusedTokens } from '../tabs/refused-tokens.js';
import { TabChannel } from '../tabs/tab-channel.js';
import type { CheckedToken } from '../token/validate-token.js';

/** Before anything that a caller may wait for: who wants a newer token wants one of the own provider. */
const NEVER_ASKED_FOR = { wallMs: 0, monotonicMs: Number.NEGATIVE_INFINITY };

/** What a tab does with the other tabs of its user: offers what its provider brought, and adopts what they offer. */
export class TabSharing {
  readonly #store: TokenStore;
  readonly #flight: SingleFlight;
  readonly #channel: TabChannel;
  readonly #refused = new RefusedTokens();
  #offeredGeneration = 0;

  /** `key`: the same for all tabs of one user, one app and one coordinator. */
  constructor(store: TokenStore, flight: SingleFlight, key: string) {
    this.#store = store;
    this.#flight = flight;
    this.#channel = new TabChannel(key, (candidate) => void this.#consider(candidate));
    store.onChange(() => this.#offer());
  }

  /** Takes part until the returned function is called; not while the page is away, which would keep it from coming back. */
  join(): () => void {
    const channel = this.#channel;
    channel.open();
    const stopWatching = this.#store.environment.page.watch({
      hide: () => channel.close(),
      show: () => channel.open(),
    });
    return () => {
      stopWatching();
      channel.close();
    };
  }

  /** The server refused this token: it is not adopted. */
  noteRefused(token: string): void {
    if (this.#channel.isOpen) void this.#refused.add(token);
  }

  #offer(): void {
    const { held } = this.#store;
    if (held?.origin !== 'provider' || !isShareable(held.claims)) return;
    if (held.generation <= this.#offeredGeneration) return;
    this.#offeredGeneration = held.generation;
    this.#channel.offer(held.value);
  }

  async #consider(candidate: unknown): Promise<void> {
    const { epoch } = this.#store;
    const checked = this.#check(candidate);
    if (!checked) return;
    const digest = await digestOf(checked.value);
    if (digest === undefined || this.#refused.has(checked.value, digest)) return;
    // Anything may have happened meanwhile.
    if (this.#store.epoch === epoch && this.#channel.isOpen && this.#check(checked.value))
      this.#adopt(checked);
  }

  #check(candidate: unknown): CheckedToken | undefined {
    const store = this.#store;
    if (store.epoch.aborted || store.suspension) return undefined;
    try {
      const checked = store.check(candidate, 'app');
      return isWorthAdopting(checked.claims, store.held, store.observe()) ? checked : undefined;
    } catch {
      return undefined;
    }
  }

  #adopt(checked: CheckedToken): void {
    const store = this.#store;
    const facts = store.adopt(checked, { origin: 'tab', requestedAt: NEVER_ASKED_FOR });
    store.lastError = undefined;
    store.history.add('from_tab', `generation ${facts.generation} is another tab's`, facts.generation);
    // Callers first, then the app.
    store.changed();
    tellInTurn(store, () => this.#flight.announce(facts, 'shared', 0));
  }
}
