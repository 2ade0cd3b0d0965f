import { css, html, LitElement, nothing, type TemplateResult } from 'lit';
import { shown } from '../../../timeline/format.js';
import { controls, theme } from '../../../timeline/theme.js';
import type { ExplainedToken } from '../../control/explain.js';
import { claimsSection } from '../details/claims.js';
import { faultStyles } from '../faults/styles.js';

/** Explains a token that is pasted. The token goes to the emulator only, and its field is emptied at once. */
export class StreamVideoExplain extends LitElement {
  static override properties = { answer: { state: true }, problem: { state: true } };
  static override styles = [
    theme,
    controls,
    faultStyles,
    css`
      h4 {
        font-size: 12px;
        color: var(--sv-muted);
        margin: 8px 0 2px;
      }
      ul {
        margin: 0;
        padding-inline-start: 18px;
        font-size: 12.5px;
        overflow-wrap: anywhere;
      }
      .verdict {
        font-weight: 600;
        font-size: 13px;
        margin-top: 8px;
      }
      .verdict.good {
        color: var(--sv-good);
      }
      .verdict.bad {
        color: var(--sv-bad);
      }
      dl {
        display: grid;
        grid-template-columns: minmax(70px, auto) minmax(0, 1fr);
        gap: 2px 10px;
        font-size: 12px;
        margin: 0;
      }
      dt {
        color: var(--sv-muted);
        overflow-wrap: anywhere;
        max-width: 130px;
      }
      dd {
        margin: 0;
        font-family: var(--sv-mono);
        overflow-wrap: anywhere;
      }
    `,
  ];

  declare protected answer: ExplainedToken | undefined;
  declare protected problem: string;

  constructor() {
    super();
    this.answer = undefined;
    this.problem = '';
  }

  protected override render(): TemplateResult {
    return html`<form aria-label="Explain a token" autocomplete="off" @submit=${this.#submit}>
      <h3>Explain a token</h3>
      <p class="note">Paste one: it is neither used, kept nor shown.</p>
      <div class="fields"><label class="wide">Token<input name="token" type="password" required spellcheck="false"></label></div>
      <div class="buttons"><button type="submit">Explain</button></div>
      <div role="status" aria-live="polite">${this.problem === '' ? nothing : html`<p class="verdict bad">${this.problem}</p>`}
        ${this.answer === undefined ? nothing : this.#explained(this.answer)}</div>
    </form>`;
  }

  #explained({
    isAccepted,
    code,
    verdict,
    facts,
    problems,
    claims,
    tokenId,
  }: ExplainedToken): TemplateResult {
    const list = (title: string, texts: readonly string[]) =>
      texts.length === 0
        ? nothing
        : html`<h4>${title}</h4><ul>${texts.map((text) => html`<li>${shown(text, 400)}</li>`)}</ul>`;
    const record = typeof claims === 'object' && claims !== null ? (claims as Record<string, unknown>) : {};
    return html`<p class="verdict ${isAccepted ? 'good' : 'bad'}">${isAccepted ? 'Accepted: ' : `Refused${code === undefined ? '' : ` with ${code}`}: `}${verdict}.</p>
      ${list('What it is', [...facts, ...(tokenId === undefined ? [] : [`Token ${tokenId} of this page.`])])}
      ${list('What is wrong with it', problems)}
      ${
        claims === undefined
          ? nothing
          : html`<h4>Claims</h4><dl>${claimsSection(record, '').facts.map(([name, value]) => html`<dt>${name}</dt><dd>${value}</dd>`)}</dl>`
      }`;
  }

  async #submit(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    const form = event.currentTarget as HTMLFormElement;
    const token = String(new FormData(form).get('token') ?? '');
    form.reset();
    this.answer = undefined;
    this.problem = '';
    try {
      const response = await fetch('/_emulator/explain', {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ token }),
      });
      if (response.ok) this.answer = (await response.json()) as ExplainedToken;
      else this.problem = `The emulator answered ${response.status}`;
    } catch {
      this.problem = 'The emulator does not answer';
    }
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'stream-video-explain': StreamVideoExplain;
  }
}
