import { html, LitElement, nothing, type TemplateResult } from 'lit';
import { live } from 'lit/directives/live.js';
import { controls, theme } from '../../../timeline/theme.js';
import { FAULT_GROUPS, type FaultButton, type FaultField, type FaultForm } from './catalogue.js';
import { bodyOf, control } from './control.js';
import { faultStyles } from './styles.js';

const LISTED_USERS = 200;

/** Forms for every fault. */
export class StreamVideoFaults extends LitElement {
  static override properties = {
    users: { attribute: false },
    mintAllowed: { type: Boolean },
  };
  static override styles = [theme, controls, faultStyles];

  /** Ids to suggest. */
  declare users: readonly string[];
  declare mintAllowed: boolean;
  /** The answer under each form, by its title. */
  readonly #answers = new Map<string, { isDone: boolean; message: string }>();

  constructor() {
    super();
    this.users = [];
    this.mintAllowed = false;
  }

  protected override render(): TemplateResult {
    return html`
      <datalist id="users">${this.users.slice(0, LISTED_USERS).map((id) => html`<option .value=${live(id)}></option>`)}</datalist>
      ${FAULT_GROUPS.map(
        ({ title, forms }, index) => html`<details ?open=${index < 3}>
          <summary>${title}</summary>
          ${forms.filter((form) => this.mintAllowed || !mints(form)).map((form) => this.#form(form))}
        </details>`,
      )}`;
  }

  #form(form: FaultForm): TemplateResult {
    const { title, note, fields, buttons } = form;
    const answer = this.#answers.get(title);
    return html`<form aria-label=${title} autocomplete="off" @submit=${(event: SubmitEvent) => this.#submit(event, form)}>
      <h3>${title}</h3>
      ${note === '' ? nothing : html`<p class="note">${note}</p>`}
      ${fields.length === 0 ? nothing : html`<div class="fields">${fields.map((field) => this.#field(field))}</div>`}
      <div class="buttons">
        ${buttons.map(
          ({ label, fields: hasFields }, index) =>
            html`<button type="submit" value=${index} ?formnovalidate=${hasFields === false}>${label}</button>`,
        )}
        <output role="status" class=${answer?.isDone === false ? 'bad' : 'good'}>${answer?.message ?? ''}</output>
      </div>
    </form>`;
  }

  #field(field: FaultField): TemplateResult {
    const { name, label, type, value, choices = [], isUser, isRequired, isWide } = field;
    const size = isWide === true ? 'wide' : '';
    if (type === 'check') {
      return html`<label class="check ${size}"><input type="checkbox" name=${name} ?checked=${value === true}>${label}</label>`;
    }
    if (type === 'choice') {
      return html`<label class=${size}>${label}<select name=${name}>${choices.map((choice) => html`<option>${choice}</option>`)}</select></label>`;
    }
    return html`<label class=${size}>${label}<input name=${name} type=${type === 'number' ? 'number' : 'text'} step="any"
      value=${value === undefined ? '' : String(value)} ?required=${isRequired === true}
      list=${isUser === true ? 'users' : nothing} spellcheck="false"></label>`;
  }

  async #submit(event: SubmitEvent, { title, fields, buttons }: FaultForm): Promise<void> {
    event.preventDefault();
    const form = event.currentTarget as HTMLFormElement;
    const index = event.submitter instanceof HTMLButtonElement ? Number(event.submitter.value) : 0;
    const button = buttons[index] ?? buttons[0];
    if (button === undefined) return;
    const { isDone, message, token } = await control(button.path, bodyOf(button, fields, new FormData(form)));
    const text = token === undefined ? message : await copied(button, token);
    this.#answers.set(title, { isDone, message: text });
    this.requestUpdate();
    this.dispatchEvent(new CustomEvent('fault-sent', { detail: button.path, bubbles: true, composed: true }));
  }
}

function mints({ buttons }: FaultForm): boolean {
  return buttons.some(({ copies }) => copies === true);
}

async function copied({ copies }: FaultButton, token: string): Promise<string> {
  if (copies !== true) return 'Done';
  try {
    await navigator.clipboard.writeText(token);
    return 'Copied';
  } catch {
    return 'Minted, but the browser keeps the clipboard closed';
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'stream-video-faults': StreamVideoFaults;
  }
}
