import { seededRandom } from '../../support/seeded-random.js';
import { pass } from '../time.js';
import { checkCalls, checkTab } from './rules.js';
import { SimulatedBrowser } from './simulated-browser.js';
import { BASE_URL, Tab } from './tab.js';
import { channelOf, claimsOf, type Identity, TokenIssuer } from './token-issuer.js';

export const IDENTITIES: readonly Identity[] = [
  { apiKey: 'key', userId: 'martin' },
  { apiKey: 'key', userId: 'jane' },
  { apiKey: 'other', userId: 'martin' },
];

/** Several tabs of one browser, and the one who makes tokens for all. */
export class TabsWorld {
  readonly browser = new SimulatedBrowser();
  readonly issuer = new TokenIssuer();
  readonly tabs: Tab[] = [];

  constructor(seed: number) {
    this.browser.install(seededRandom(seed));
    this.browser.onPost = (_name, data, receivers) => {
      const token = (data as { token?: unknown } | undefined)?.token;
      if (typeof token !== 'string' || this.issuer.ownerOf(token) === undefined) return;
      for (const tab of this.tabs) {
        // A page that sleeps hears it later, when it may be over.
        if (!receivers.includes(tab.page) || !tab.page.isAwake || tab.refused.has(token)) continue;
        if (tab.client.auth.state.status === 'suspended') continue;
        tab.bestOffer = Math.max(tab.bestOffer, claimsOf(token).exp);
      }
    };
  }

  open(identity: Identity): Tab {
    const tab = new Tab(`tab ${this.tabs.length + 1}`, this.browser.open(), identity, this.issuer);
    this.tabs.push(tab);
    return tab;
  }

  /** Tabs in which somebody can do something. */
  get awake(): Tab[] {
    return this.tabs.filter(({ page, isEnded }) => page.isAwake && !isEnded);
  }

  /** A message of nobody's on the channel of these tabs. */
  forge(identity: Identity, data: unknown): void {
    this.browser.post(channelOf(identity, BASE_URL), data);
  }

  async pass(milliseconds: number): Promise<void> {
    let sinceMs = performance.now();
    await pass(milliseconds, () => {
      const elapsedMs = performance.now() - sinceMs;
      sinceMs = performance.now();
      for (const tab of this.tabs) if (tab.page.isAwake) tab.awakeMs += elapsedMs;
      this.check();
    });
    this.check();
  }

  check(): void {
    for (const tab of this.tabs) {
      checkCalls(tab);
      checkTab(tab, this.browser);
    }
  }
}
