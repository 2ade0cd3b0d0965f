import { html, LitElement, nothing, type TemplateResult } from 'lit';
import { repeat } from 'lit/directives/repeat.js';
import { duration, shown, timeOfDay } from '../../../timeline/format.js';
import { controls, theme } from '../../../timeline/theme.js';
import type { RecordedRequest } from '../../state/journal.js';
import { userOf } from '../live/clients.js';
import { answerOf, isFailure, isTokenRefusal, meaningOf } from '../live/codes.js';
import { chooseRow } from './choose-row.js';
import { tableStyles } from './styles.js';

const ROWS = 200;
const FILTERS = ['all', 'refused or failed', 'tokens refused', 'handshakes'] as const;
type Filter = (typeof FILTERS)[number];

const PASSES: Readonly<Record<Filter, (request: RecordedRequest) => boolean>> = {
  all: () => true,
  'refused or failed': isFailure,
  'tokens refused': isTokenRefusal,
  handshakes: ({ kind }) => kind === 'socket',
};

/** The requests as a table, newest first: what the time line draws, in text. */
export class StreamVideoRequests extends LitElement {
  static override properties = {
    requests: { attribute: false },
    replays: { attribute: false },
    selected: {},
    filter: { state: true },
  };
  static override styles = [theme, controls, tableStyles];

  /** Oldest first. */
  declare requests: readonly RecordedRequest[];
  /** Which request repeats which. */
  declare replays: ReadonlyMap<number, number>;
  declare selected: string | undefined;
  declare protected filter: Filter;

  constructor() {
    super();
    this.requests = [];
    this.replays = new Map();
    this.selected = undefined;
    this.filter = 'all';
  }

  protected override render(): TemplateResult {
    const matching = this.requests.filter(PASSES[this.filter]);
    const rows = matching.slice(-ROWS).reverse();
    return html`
      <div class="bar">
        <label>Show <select @change=${this.#choose}>${FILTERS.map((name) => html`<option ?selected=${name === this.filter}>${name}</option>`)}</select></label>
        <span>${rows.length < matching.length ? `the newest ${rows.length} of ${matching.length}` : `${matching.length} in all`}</span>
      </div>
      ${
        rows.length === 0
          ? html`<p class="empty">No such request yet.</p>`
          : html`<div class="scroll" tabindex="0" role="region" aria-label="Requests"><table>
        <caption class="visually-hidden">Requests and handshakes, newest first</caption>
        <thead><tr>${['No.', 'Time', 'User', 'Request', 'Token', 'Answer', 'Took'].map((name) => html`<th scope="col">${name}</th>`)}</tr></thead>
        <tbody>${repeat(
          rows,
          ({ id }) => id,
          (request) => this.#row(request),
        )}</tbody>
      </table></div>`
      }`;
  }

  #row(request: RecordedRequest): TemplateResult {
    const { id, at, kind, method, path, tokenId, durationMs, apiCode } = request;
    const key = `request:${id}`;
    const replayOf = this.replays.get(id);
    return html`<tr class="${isFailure(request) ? 'bad' : ''} ${key === this.selected ? 'current' : ''}" @click=${() => this.#select(key)}>
      <td class="number"><button type="button" aria-current=${key === this.selected ? 'true' : 'false'} aria-label="Show request ${id}">${id}</button></td>
      <td class="number">${timeOfDay(at, { withMs: true })}</td>
      <td>${shown(userOf(request), 60)}</td>
      <td class="path">${kind === 'socket' ? 'handshake' : method} ${shown(path, 160)}${replayOf === undefined ? nothing : ` (replay of ${replayOf})`}</td>
      <td class="number">${tokenId ?? '–'}</td>
      <td class="answer">${answerOf(request)}${apiCode === undefined ? nothing : ` ${meaningOf(apiCode)}`}</td>
      <td class="number">${durationMs === undefined ? '–' : duration(durationMs)}</td>
    </tr>`;
  }

  #choose(event: Event): void {
    const { value } = event.target as HTMLSelectElement;
    this.filter = FILTERS.find((name) => name === value) ?? 'all';
  }

  #select(id: string): void {
    chooseRow(this, id);
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'stream-video-requests': StreamVideoRequests;
  }
}
