import type { TimelineLane } from './data.js';
import { glyph, REFRESH_SHAPE } from './glyph.js';
import { html, svg, type Template } from './template.js';

const swatch = (name: string) => svg`
  <rect class=${name} x="-7" y="-5" width="14" height="10"></rect>
  <rect class="outline" x="-7" y="-5" width="14" height="10" rx="2"></rect>`;

const band = (kind: string) => svg`
  <rect class="band ${kind}" x="-7" y="-5" width="14" height="10"></rect>
  <rect class="outline ${kind}" x="-7" y="-5" width="14" height="10" rx="2"></rect>`;

type Entry = readonly [text: string, picture: Template];

const TOKENS: readonly Entry[] = [
  ['token’s life', swatch('life')],
  ['advisory window: refresh in the background', swatch('advisory')],
  ['mandatory window: callers wait', swatch('mandatory')],
  ['refreshed', svg`<path class="glyph refresh" d=${REFRESH_SHAPE}></path>`],
];

const CLIENT: readonly Entry[] = [
  ...TOKENS,
  ['answered', glyph('request')],
  ['token refused', glyph('refused')],
  ['failed otherwise', glyph('failed')],
  ['replay', glyph('replay')],
  ['handshake', glyph('handshake')],
  ['handshake refused', glyph('handshake-refused')],
  ['drop, or token ended early', glyph('drop')],
];

const SESSION: readonly Entry[] = [
  ...TOKENS,
  ['accepted by the server', glyph('accepted')],
  ['refused by the server', glyph('refused')],
  ['rolled back to the token before', glyph('rolled-back')],
  ['requests replayed', glyph('replay')],
  ['no token came', glyph('failed')],
  ['back-off', band('back-off')],
  ['circuit breaker', band('breaker')],
  ['suspended', band('suspension')],
  ['connected', glyph('handshake')],
  ['drop, or token ended early', glyph('drop')],
];

/** What the shapes and colours mean. */
export function legend(lanes: readonly TimelineLane[]): Template {
  const entries = lanes.some(({ kind }) => kind === 'session') ? SESSION : CLIENT;
  return html`<ul class="legend" aria-label="Legend">
    ${entries.map(
      ([text, picture]) =>
        html`<li><svg viewBox="-8 -8 16 16" aria-hidden="true">${picture}</svg>${text}</li>`,
    )}
  </ul>`;
}
