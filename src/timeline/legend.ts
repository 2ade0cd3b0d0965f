import { html, svg, type TemplateResult } from 'lit';
import { glyph, REFRESH_SHAPE } from './glyph.js';

const swatch = (name: string) => svg`
  <rect class=${name} x="-7" y="-5" width="14" height="10"></rect>
  <rect class="outline" x="-7" y="-5" width="14" height="10" rx="2"></rect>`;

const ENTRIES = [
  ['token’s life', swatch('life')],
  ['advisory window: refresh in the background', swatch('advisory')],
  ['mandatory window: callers wait', swatch('mandatory')],
  ['refreshed', svg`<path class="glyph refresh" d=${REFRESH_SHAPE}></path>`],
  ['answered', glyph('request')],
  ['token refused', glyph('refused')],
  ['failed otherwise', glyph('failed')],
  ['replay', glyph('replay')],
  ['handshake', glyph('handshake')],
  ['handshake refused', glyph('handshake-refused')],
  ['drop, or token ended early', glyph('drop')],
] as const;

/** What the shapes and colours mean. */
export function legend(): TemplateResult {
  return html`<ul class="legend" aria-label="Legend">
    ${ENTRIES.map(
      ([text, picture]) =>
        html`<li><svg viewBox="-8 -8 16 16" aria-hidden="true">${picture}</svg>${text}</li>`,
    )}
  </ul>`;
}
