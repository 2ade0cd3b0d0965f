import { html, LitElement, nothing, type TemplateResult } from 'lit';
import type { TimelineData, TimelineSelection } from '../../timeline/data.js';
import { shown } from '../../timeline/format.js';
import { controls, theme } from '../../timeline/theme.js';
import type { StreamVideoTimeline } from '../../timeline/timeline.js';
import { LIVE_PATH } from '../control/control-paths.js';
import { describe } from './details/describe.js';
import type { StreamVideoDetails } from './details/details.js';
import { control } from './faults/control.js';
import { InventoryReader } from './live/ask-inventory.js';
import { clientsOf } from './live/clients.js';
import { activeFaults } from './live/fault-notes.js';
import { LiveFeed } from './live/feed.js';
import { lanesOf } from './live/lanes.js';
import { replaysOf } from './live/replays.js';
import { LiveStore } from './live/store.js';
import { pageStyles } from './styles.js';

const DRAW_EVERY_MS = 120;
// A client without a socket becomes idle while nothing is told.
const REVIEW_EVERY_MS = 5000;
const VIEWS = {
  timeline: 'Time line',
  requests: 'Requests',
  tokens: 'Tokens',
  users: 'Users',
  calls: 'Calls',
} as const;
type View = keyof typeof VIEWS;

/** The page of an emulator: everything that its live feed tells, and the faults. Takes no attributes. */
export class StreamVideoEmulator extends LitElement {
  static override properties = {
    view: { state: true },
    filter: { state: true },
    selection: { state: true },
    current: { state: true },
  };
  static override styles = [theme, controls, pageStyles];

  declare protected view: View;
  declare protected filter: string;
  /** Ids of what was chosen, the first one first. */
  declare protected selection: readonly string[];
  declare protected current: string | undefined;

  readonly #store = new LiveStore();
  readonly #feed = new LiveFeed(LIVE_PATH, {
    message: (message) => {
      this.#store.apply(message);
      this.#readInventory();
      this.#drawSoon();
    },
    changed: (isLive) => {
      this.#isLive = isLive;
      this.requestUpdate();
    },
  });
  readonly #inventory = new InventoryReader((inventory) => {
    this.#store.inventory = inventory;
    this.#drawSoon();
  });
  #isLive = false;
  #reviewing: ReturnType<typeof setInterval> | undefined;
  #drawing: ReturnType<typeof setTimeout> | undefined;
  #data: TimelineData = { now: Date.now(), isRunning: true, lanes: [] };
  #drawn = '';

  constructor() {
    super();
    this.view = 'timeline';
    this.filter = '';
    this.selection = [];
    this.current = undefined;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.#feed.open();
    this.#reviewing = setInterval(() => this.requestUpdate(), REVIEW_EVERY_MS);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#feed.close();
    this.#inventory.stop();
    clearInterval(this.#reviewing);
    clearTimeout(this.#drawing);
    this.#drawing = undefined;
  }

  protected override render(): TemplateResult {
    return html`
      ${this.#header()}
      ${this.#activeFaults()}
      <div class="columns" @timeline-select=${this.#select} @details-show=${this.#show}
        @details-close=${this.#close} @fault-sent=${() => this.#drawSoon()}>
        <main>
          <div class="views">
            <div role="group" aria-label="View">${Object.entries(VIEWS).map(
              ([
                view,
                name,
              ]) => html`<button type="button" aria-pressed=${view === this.view ? 'true' : 'false'}
                @click=${() => this.#look(view as View)}>${name}</button>`,
            )}</div>
            <label>Filter by user <input type="search" .value=${this.filter} @input=${this.#filterBy}></label>
          </div>
          <h2 class="visually-hidden">${VIEWS[this.view]}</h2>
          ${this.#main()}
        </main>
        <aside>
          <stream-video-details ?hidden=${this.current === undefined} .details=${this.#details()} .current=${this.current}></stream-video-details>
          <stream-video-explain></stream-video-explain>
          <h2>Make things go wrong</h2>
          <stream-video-faults .users=${this.#users()} ?mintAllowed=${this.#store.snapshot?.mintAllowed === true}></stream-video-faults>
          <div class="end">
            <button type="button" @click=${this.#reset}>End all faults</button>
            <button type="button" @click=${this.#clear}>Clear requests</button>
          </div>
        </aside>
      </div>`;
  }

  #header(): TemplateResult {
    const { snapshot, sockets, tokens, requests } = this.#store;
    const open = [...sockets.values()].filter(({ until }) => until === undefined).length;
    const facts = [
      ['API key', html`<code>${snapshot?.apiKey ?? '…'}</code>`],
      ['open sockets', open],
      ['tokens', tokens.size],
      ['requests', requests.size],
    ] as const;
    return html`<header class="top">
      <h1>Stream Video emulator</h1>
      <span class="state ${this.#isLive ? '' : 'lost'}" role="status">${this.#isLive ? 'live' : 'not connected, trying again'}</span>
      <dl class="facts">${facts.map(([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`)}</dl>
      <span class="warning">For development only</span>
    </header>`;
  }

  #activeFaults(): TemplateResult | typeof nothing {
    const { faults } = this.#store;
    const active = faults === undefined ? [] : activeFaults(faults);
    if (active.length === 0) return nothing;
    return html`<div class="active"><span>Faults on:</span>
      <ul aria-label="Faults that are on">${active.map((text) => html`<li>${text}</li>`)}</ul>
      <button type="button" @click=${this.#reset}>End all faults</button></div>`;
  }

  #main(): TemplateResult {
    const store = this.#store;
    const isWanted = (userId: string) => userId.toLowerCase().includes(this.filter.trim().toLowerCase());
    const { inventory } = store;
    if (this.view === 'users') {
      const users = (inventory?.users ?? []).filter(({ id }) => isWanted(id));
      return html`<stream-video-users .users=${users} .total=${this.filter === '' ? (inventory?.userCount ?? 0) : users.length}
        .selected=${this.current}></stream-video-users>`;
    }
    if (this.view === 'calls') {
      const calls = (inventory?.calls ?? []).filter(
        ({ createdById, members }) => isWanted(createdById) || members.some(({ userId }) => isWanted(userId)),
      );
      return html`<stream-video-calls .calls=${calls} .total=${this.filter === '' ? (inventory?.callCount ?? 0) : calls.length}
        .selected=${this.current}></stream-video-calls>`;
    }
    if (this.view === 'tokens') {
      const tokens = [...store.tokens.values()].filter(({ userId }) => isWanted(userId));
      return html`<stream-video-tokens .tokens=${tokens} .now=${store.now()} .selected=${this.current}></stream-video-tokens>`;
    }
    if (this.view === 'requests') {
      const clients = clientsOf(store);
      const requests = clients.filter(({ userId }) => isWanted(userId)).flatMap((client) => client.requests);
      const replays = new Map(clients.flatMap((client) => [...replaysOf(client.requests)]));
      return html`<stream-video-requests .requests=${requests.sort((a, b) => a.id - b.id)} .replays=${replays}
        .selected=${this.current}></stream-video-requests>`;
    }
    return html`<stream-video-timeline .data=${this.#timelineData(isWanted)} .selected=${this.current}>
      <span slot="empty">No client yet. Point one at <code>${window.location.origin}</code> with the API key
        <code>${store.snapshot?.apiKey ?? '…'}</code> (official JavaScript clients: <code>${window.location.origin}/video</code>).</span>
    </stream-video-timeline>`;
  }

  /** The same object until something differs. */
  #timelineData(isWanted: (text: string) => boolean): TimelineData {
    const period = Math.floor(this.#store.now() / REVIEW_EVERY_MS);
    const state = `${this.#store.version} ${this.filter} ${period}`;
    if (state === this.#drawn) return this.#data;
    this.#drawn = state;
    const lanes = lanesOf(this.#store).filter(({ kind, title }) => kind === 'faults' || isWanted(title));
    const isRunning = this.#store.faults?.clockFrozen !== true;
    this.#data = { now: this.#store.now(), isRunning, lanes };
    return this.#data;
  }

  #details() {
    const ids = this.current === undefined ? [] : [...new Set([...this.selection, this.current])];
    const all = ids.map((id) => describe(id, this.#store)).filter((detail) => detail !== undefined);
    return all.map((detail) => ({ ...detail, title: shown(detail.title) }));
  }

  #users(): string[] {
    const { tokens, sockets } = this.#store;
    const ids = [...tokens.values()].map(({ userId }) => userId);
    return [...new Set([...ids, ...[...sockets.values()].map(({ client }) => client.userId)])].sort();
  }

  // A busy emulator reports more in a second than a page can draw.
  #drawSoon(): void {
    this.#drawing ??= setTimeout(() => {
      this.#drawing = undefined;
      this.requestUpdate();
    }, DRAW_EVERY_MS);
  }

  #look(view: View): void {
    this.view = view;
    this.#readInventory();
  }

  #readInventory(): void {
    if (this.view === 'users' || this.view === 'calls') this.#inventory.ask();
  }

  #filterBy(event: Event): void {
    this.filter = (event.target as HTMLInputElement).value;
  }

  async #select({ detail }: CustomEvent<TimelineSelection>): Promise<void> {
    this.selection = detail.ids;
    this.current = detail.ids[0];
    await this.updateComplete;
    await this.#panel()?.focusHeading();
  }

  async #show({ detail }: CustomEvent<string>): Promise<void> {
    this.current = detail;
    await this.updateComplete;
    await this.#panel()?.focusHeading();
  }

  #close(): void {
    const last = this.current;
    this.current = undefined;
    this.selection = [];
    const timeline: StreamVideoTimeline | null = this.renderRoot.querySelector('stream-video-timeline');
    if (last !== undefined) timeline?.focusItem(last);
  }

  #panel(): StreamVideoDetails | null {
    return this.renderRoot.querySelector('stream-video-details');
  }

  async #reset(): Promise<void> {
    await control('/faults/reset', {});
  }

  async #clear(): Promise<void> {
    const { isDone } = await control('/requests/clear', {});
    if (isDone) this.#store.forgetRequests();
    this.#drawSoon();
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'stream-video-emulator': StreamVideoEmulator;
  }
}
