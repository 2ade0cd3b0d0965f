import { html, LitElement, type TemplateResult } from 'lit';
import { repeat } from 'lit/directives/repeat.js';
import { duration, shown, timeOfDay } from '../../../timeline/format.js';
import { controls, theme } from '../../../timeline/theme.js';
import type { LiveToken } from '../../state/live.js';
import { chooseRow } from './choose-row.js';
import { tableStyles } from './styles.js';

const ROWS = 200;

/** The tokens as a table, newest first. */
export class StreamVideoTokens extends LitElement {
  static override properties = { tokens: { attribute: false }, now: { type: Number }, selected: {} };
  static override styles = [theme, controls, tableStyles];

  /** Oldest first. */
  declare tokens: readonly LiveToken[];
  /** The emulator's clock. */
  declare now: number;
  declare selected: string | undefined;

  constructor() {
    super();
    this.tokens = [];
    this.now = Date.now();
    this.selected = undefined;
  }

  protected override render(): TemplateResult {
    if (this.tokens.length === 0) return html`<p class="empty">No token was minted or seen yet.</p>`;
    const rows = this.tokens.slice(-ROWS).reverse();
    const names = ['No.', 'User', 'First seen', 'Life', 'Refresh from', 'Expires', 'State'];
    return html`<div class="scroll" tabindex="0" role="region" aria-label="Tokens"><table>
      <caption class="visually-hidden">Tokens, newest first</caption>
      <thead><tr>${names.map((name) => html`<th scope="col">${name}</th>`)}</tr></thead>
      <tbody>${repeat(
        rows,
        ({ id }) => id,
        (token) => this.#row(token),
      )}</tbody>
    </table></div>`;
  }

  #row(token: LiveToken): TemplateResult {
    const { id, userId, firstSeenAt, issuedAt = firstSeenAt, expiresAt, advisoryAt } = token;
    const key = `token:${id}`;
    const state = this.#stateOf(token);
    const time = (at: number | undefined) => (at === undefined ? 'never' : timeOfDay(at));
    return html`<tr class="${state.isOver ? 'bad' : ''} ${key === this.selected ? 'current' : ''}" @click=${() => this.#select(key)}>
      <td class="number"><button type="button" aria-current=${key === this.selected ? 'true' : 'false'} aria-label="Show token ${id}">${id}</button></td>
      <td>${shown(userId, 60)}</td>
      <td class="number">${timeOfDay(firstSeenAt)}</td>
      <td class="number">${expiresAt === undefined ? 'no expiry' : duration(expiresAt - issuedAt)}</td>
      <td class="number">${time(advisoryAt)}</td>
      <td class="number">${time(expiresAt)}</td>
      <td class="answer">${state.text}</td>
    </tr>`;
  }

  #stateOf({ ended, expiresAt, advisoryAt, mandatoryAt }: LiveToken): { isOver: boolean; text: string } {
    if (ended !== undefined)
      return { isOver: true, text: ended === 'revoked' ? 'revoked' : 'expired on demand' };
    const isPast = (at: number | undefined) => at !== undefined && at <= this.now;
    if (isPast(expiresAt)) return { isOver: true, text: 'expired' };
    if (isPast(mandatoryAt)) return { isOver: false, text: 'mandatory window' };
    return { isOver: false, text: isPast(advisoryAt) ? 'advisory window' : 'fresh' };
  }

  #select(id: string): void {
    chooseRow(this, id);
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'stream-video-tokens': StreamVideoTokens;
  }
}
