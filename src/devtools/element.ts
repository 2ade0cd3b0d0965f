import { LitElement, type PropertyValues } from 'lit';
import { repeat } from 'lit/directives/repeat.js';
import type { StreamVideo } from 'stream-video-auth';
import type { TimelineData, TimelineLane, TimelineSelection } from '../timeline/data.js';
import { html, type Template } from '../timeline/template.js';
import { controls, theme, tokenColours } from '../timeline/theme.js';
import { type CardActions, card } from './card.js';
import type { StreamVideoAuthDevtoolsElement } from './mount.js';
import { devtoolsStyles } from './styles.js';
import { ClientWatch } from './watch/client-watch.js';
import { clientsAmong } from './watch/is-client.js';
import { laneOf } from './watch/lane.js';

const DRAW_EVERY_MS = 250;

/** Reads what the clients tell anybody, shows no token, and asks for one only when its button is pressed. */
export class StreamVideoAuthDevtools extends LitElement implements StreamVideoAuthDevtoolsElement {
  static override properties = { clients: { attribute: false }, theme: { reflect: true } };
  static override styles = [theme, controls, tokenColours, devtoolsStyles];

  declare clients: readonly StreamVideo[];
  declare theme: 'light' | 'dark' | 'auto';

  readonly #watches = new Map<StreamVideo, { readonly id: number; readonly watch: ClientWatch }>();
  readonly #answers = new WeakMap<ClientWatch, string>();
  readonly #actions: CardActions = {
    refresh: (watch) => void this.#refresh(watch),
    copy: (watch) => void this.#copy(watch),
    answerFor: (watch) => this.#answers.get(watch) ?? '',
  };
  #drawing: ReturnType<typeof setTimeout> | undefined;
  #selected: string | undefined;
  #said = '';
  #nextId = 1;

  constructor() {
    super();
    this.clients = [];
    this.theme = 'auto';
  }

  override connectedCallback(): void {
    super.connectedCallback();
    for (const { watch } of this.#watches.values()) watch.start();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearTimeout(this.#drawing);
    this.#drawing = undefined;
    for (const { watch } of this.#watches.values()) watch.stop();
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has('clients')) this.#watchClients();
    // What has no text could be no attribute.
    if (typeof this.theme !== 'string') this.theme = 'auto';
  }

  protected override render(): Template {
    const watches = [...this.#watches.values()];
    const now = Date.now();
    const data: TimelineData = { now, isRunning: true, lanes: this.#lanes() };
    return html`
      <div class="top"><h2>Tokens’ lives</h2><span>${watches.length === 1 ? '1 client' : `${watches.length} clients`}</span></div>
      ${
        watches.length === 0
          ? html`<p class="empty">No client yet: set the property clients.</p>`
          : html`<stream-video-timeline .data=${data} .selected=${this.#selected} theme=${this.theme}
              @timeline-select=${this.#select}></stream-video-timeline>`
      }
      <p class="said" role="status">${this.#said}</p>
      <div class="cards">${repeat(
        watches,
        ({ id }) => id,
        ({ watch, id }) => card(watch, id, this.#actions, now),
      )}</div>`;
  }

  #lanes(): TimelineLane[] {
    return [...this.#watches.values()].map(({ id, watch }) => laneOf(watch, `client:${id}`));
  }

  #watchClients(): void {
    const clients = new Set(clientsAmong(this.clients));
    for (const [client, { watch }] of this.#watches) {
      if (clients.has(client)) continue;
      watch.stop();
      this.#watches.delete(client);
    }
    for (const client of clients) {
      if (this.#watches.has(client)) continue;
      const watch = new ClientWatch(client, () => this.#drawSoon());
      this.#watches.set(client, { id: this.#nextId, watch });
      this.#nextId += 1;
      if (this.isConnected) watch.start();
    }
  }

  // A burst of events is one picture.
  #drawSoon(): void {
    this.#drawing ??= setTimeout(() => {
      this.#drawing = undefined;
      this.requestUpdate();
    }, DRAW_EVERY_MS);
  }

  #select({ detail }: CustomEvent<TimelineSelection>): void {
    [this.#selected] = detail.ids;
    const chosen = this.#lanes().find(({ id }) => id === detail.laneId);
    const { bars = [], spans = [], marks = [], bands = [] } = chosen ?? {};
    this.#said = [...marks, ...bands, ...bars, ...spans]
      .filter((one) => detail.ids.includes(one.id))
      .map(({ title }) => title)
      .join('; ');
    this.requestUpdate();
  }

  async #refresh(watch: ClientWatch): Promise<void> {
    this.#answer(watch, 'asking …');
    try {
      await watch.client.auth.refresh();
      this.#answer(watch, 'a new token is in use');
    } catch (error) {
      const code = error instanceof Error && 'code' in error ? String(error.code) : String(error);
      this.#answer(watch, `no token: ${code}`);
    }
  }

  async #copy(watch: ClientWatch): Promise<void> {
    try {
      await navigator.clipboard.writeText(watch.client.auth.explain().text);
      this.#answer(watch, 'copied');
    } catch {
      this.#answer(watch, 'the page may not copy; the text is below');
    }
  }

  #answer(watch: ClientWatch, text: string): void {
    this.#answers.set(watch, text);
    this.requestUpdate();
  }
}
