import { css, html, LitElement, nothing, type TemplateResult } from 'lit';
import { controls, theme } from '../../../timeline/theme.js';
import type { Detail, DetailSection } from './detail.js';

const LISTED = 60;

/** The panel for what was chosen; sends `details-show` (an id) and `details-close`. */
export class StreamVideoDetails extends LitElement {
  static override properties = { details: { attribute: false }, current: {} };
  static override styles = [
    theme,
    controls,
    css`
      section {
        background: var(--sv-surface);
        border: 1px solid var(--sv-line);
        border-radius: 10px;
        overflow: hidden;
      }
      header {
        display: flex;
        gap: 10px;
        align-items: start;
        padding: 12px 14px;
        border-bottom: 1px solid var(--sv-line);
        border-inline-start: 4px solid var(--tone);
      }
      header > div {
        flex: 1;
        min-width: 0;
      }
      h2 {
        font-size: 15px;
        overflow-wrap: anywhere;
        outline-offset: 4px;
      }
      .summary {
        color: var(--tone);
        font-size: 13px;
        overflow-wrap: anywhere;
      }
      .neutral {
        --tone: var(--sv-muted);
      }
      .good {
        --tone: var(--sv-good);
      }
      .bad {
        --tone: var(--sv-bad);
      }
      .warn {
        --tone: var(--sv-warn);
      }
      .part {
        padding: 10px 14px 12px;
      }
      .part + .part {
        border-top: 1px solid var(--sv-line);
      }
      h3 {
        font-size: 12px;
        color: var(--sv-muted);
        font-weight: 600;
        margin-bottom: 5px;
      }
      dl {
        display: grid;
        grid-template-columns: minmax(84px, auto) minmax(0, 1fr);
        gap: 2px 12px;
        font-size: 13px;
      }
      dt {
        color: var(--sv-muted);
        overflow-wrap: anywhere;
        max-width: 150px;
      }
      dd,
      pre {
        font-family: var(--sv-mono);
        font-size: 12px;
        line-height: 1.5;
        white-space: pre-wrap;
        overflow-wrap: anywhere;
      }
      pre {
        background: var(--sv-sunken);
        border-radius: 6px;
        padding: 8px 10px;
        max-height: 260px;
        overflow: auto;
      }
      .part > button {
        margin-top: 8px;
      }
      .several {
        display: flex;
        flex-wrap: wrap;
        gap: 4px;
        padding: 8px 14px;
        border-bottom: 1px solid var(--sv-line);
        max-height: 132px;
        overflow: auto;
      }
      .several p {
        width: 100%;
        color: var(--sv-muted);
        font-size: 12.5px;
      }
      .several button {
        font-size: 12px;
        min-height: 26px;
        max-width: 100%;
        overflow: hidden;
        text-overflow: ellipsis;
      }
    `,
  ];

  /** All that stands at the chosen place. */
  declare details: readonly Detail[];
  /** The id of the one to show. */
  declare current: string | undefined;

  constructor() {
    super();
    this.details = [];
    this.current = undefined;
  }

  /** Moves the focus to the heading, where reading begins. */
  async focusHeading(): Promise<void> {
    await this.updateComplete;
    this.renderRoot.querySelector('h2')?.focus();
  }

  protected override render(): TemplateResult | typeof nothing {
    const detail = this.details.find(({ id }) => id === this.current) ?? this.details[0];
    if (detail === undefined) return nothing;
    return html`<section class=${detail.tone} aria-label="Details" @keydown=${this.#key}>
      <header>
        <div><h2 tabindex="-1">${detail.title}</h2><p class="summary">${detail.summary}</p></div>
        <button type="button" @click=${this.#close} aria-label="Close details">✕</button>
      </header>
      ${this.details.length > 1 ? this.#several(detail) : nothing}
      ${detail.sections.map((section) => this.#section(section))}
    </section>`;
  }

  #several(current: Detail): TemplateResult {
    const count = this.details.length;
    return html`<div class="several" role="group" aria-label="All at this place">
      <p>${count} at this place${count > LISTED ? `, the first ${LISTED}:` : ''}</p>
      ${this.details.slice(0, LISTED).map(
        ({ id, label }) => html`<button type="button" aria-pressed=${id === current.id ? 'true' : 'false'}
          @click=${() => this.#show(id)}>${label}</button>`,
      )}</div>`;
  }

  #section({ title, facts, text, link }: DetailSection): TemplateResult {
    return html`<div class="part">
      <h3>${title}</h3>
      ${facts.length === 0 ? nothing : html`<dl>${facts.map(([name, value]) => html`<dt>${name}</dt><dd>${value}</dd>`)}</dl>`}
      ${text === undefined ? nothing : html`<pre tabindex="0">${text}</pre>`}
      ${link === undefined ? nothing : html`<button type="button" @click=${() => this.#show(link.id)}>${link.label}</button>`}
    </div>`;
  }

  #key(event: KeyboardEvent): void {
    if (event.key === 'Escape') this.#close();
  }

  #show(id: string): void {
    this.dispatchEvent(new CustomEvent('details-show', { detail: id, bubbles: true, composed: true }));
  }

  #close(): void {
    this.dispatchEvent(new CustomEvent('details-close', { bubbles: true, composed: true }));
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'stream-video-details': StreamVideoDetails;
  }
}
