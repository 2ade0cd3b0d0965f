import { html, LitElement, type TemplateResult } from 'lit';
import { repeat } from 'lit/directives/repeat.js';
import { shown, timeOfDay } from '../../../timeline/format.js';
import { controls, theme } from '../../../timeline/theme.js';
import type { ListedCall } from '../../control/inventory.js';
import { chooseRow } from './choose-row.js';
import { tableStyles } from './styles.js';

const ROWS = 200;

/** The calls as a table, those that were used last first. */
export class StreamVideoCalls extends LitElement {
  static override properties = { calls: { attribute: false }, total: { type: Number }, selected: {} };
  static override styles = [theme, controls, tableStyles];

  declare calls: readonly ListedCall[];
  /** How many there are, listed or not. */
  declare total: number;
  declare selected: string | undefined;

  constructor() {
    super();
    this.calls = [];
    this.total = 0;
    this.selected = undefined;
  }

  protected override render(): TemplateResult {
    if (this.calls.length === 0) return html`<p class="empty">No call yet.</p>`;
    const rows = this.calls.slice(0, ROWS);
    const names = ['Call', 'State', 'Made by', 'Members', 'Watching', 'In media', 'Since'];
    return html`<div class="bar"><span>${rows.length < this.total ? `the ${rows.length} used last of ${this.total}` : `${this.total} in all`}</span></div>
    <div class="scroll" tabindex="0" role="region" aria-label="Calls"><table>
      <caption class="visually-hidden">Calls, those that were used last first</caption>
      <thead><tr>${names.map((name) => html`<th scope="col">${name}</th>`)}</tr></thead>
      <tbody>${repeat(
        rows,
        ({ cid }) => cid,
        (row) => this.#row(row),
      )}</tbody>
    </table></div>`;
  }

  #row({
    cid,
    createdById,
    memberCount,
    watchers,
    participants,
    createdAt,
    state,
  }: ListedCall): TemplateResult {
    const key = `call:${cid}`;
    return html`<tr class=${key === this.selected ? 'current' : ''} @click=${() => chooseRow(this, key)}>
      <td><button type="button" aria-current=${key === this.selected ? 'true' : 'false'} aria-label="Show call ${shown(cid, 80)}">${shown(cid, 80)}</button></td>
      <td class="answer">${state}</td>
      <td>${shown(createdById, 60)}</td>
      <td class="number">${memberCount}</td>
      <td class="number">${watchers}</td>
      <td class="number">${participants.length}</td>
      <td class="number">${timeOfDay(createdAt)}</td>
    </tr>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'stream-video-calls': StreamVideoCalls;
  }
}
