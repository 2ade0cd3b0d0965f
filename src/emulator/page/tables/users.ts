import { html, LitElement, type TemplateResult } from 'lit';
import { repeat } from 'lit/directives/repeat.js';
import { shown, timeOfDay } from '../../../timeline/format.js';
import { controls, theme } from '../../../timeline/theme.js';
import type { ListedUser } from '../../control/inventory.js';
import { chooseRow } from './choose-row.js';
import { tableStyles } from './styles.js';

const ROWS = 200;

/** The users as a table, those that were used last first. */
export class StreamVideoUsers extends LitElement {
  static override properties = { users: { attribute: false }, total: { type: Number }, selected: {} };
  static override styles = [theme, controls, tableStyles];

  declare users: readonly ListedUser[];
  /** How many there are, listed or not. */
  declare total: number;
  declare selected: string | undefined;

  constructor() {
    super();
    this.users = [];
    this.total = 0;
    this.selected = undefined;
  }

  protected override render(): TemplateResult {
    if (this.users.length === 0)
      return html`<p class="empty">No user yet. One is created when a token of it comes, or by a seed.</p>`;
    const rows = this.users.slice(0, ROWS);
    const names = ['User', 'State', 'Role', 'Sockets', 'Name', 'Since'];
    return html`<div class="bar"><span>${rows.length < this.total ? `the ${rows.length} used last of ${this.total}` : `${this.total} in all`}</span></div>
    <div class="scroll" tabindex="0" role="region" aria-label="Users"><table>
      <caption class="visually-hidden">Users, those that were used last first</caption>
      <thead><tr>${names.map((name) => html`<th scope="col">${name}</th>`)}</tr></thead>
      <tbody>${repeat(
        rows,
        ({ id }) => id,
        (row) => this.#row(row),
      )}</tbody>
    </table></div>`;
  }

  #row({ id, name, role, sockets, createdAt, state }: ListedUser): TemplateResult {
    const key = `user:${id}`;
    const isBad = ['deleted', 'deactivated', 'banned'].includes(state);
    return html`<tr class="${isBad ? 'bad' : ''} ${key === this.selected ? 'current' : ''}" @click=${() => chooseRow(this, key)}>
      <td><button type="button" aria-current=${key === this.selected ? 'true' : 'false'} aria-label="Show user ${shown(id, 60)}">${shown(id, 60)}</button></td>
      <td class="answer">${state}</td>
      <td>${shown(role, 40)}</td>
      <td class="number">${sockets}</td>
      <td>${shown(name ?? '–', 60)}</td>
      <td class="number">${timeOfDay(createdAt)}</td>
    </tr>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'stream-video-users': StreamVideoUsers;
  }
}
