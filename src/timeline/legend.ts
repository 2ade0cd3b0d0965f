import type { TimelineLane, TimelineMarkKind } from './data.js';
import { glyph, RECONNECT_SHAPE, REFRESH_SHAPE } from './glyph.js';
import { html, svg, type Template } from './template.js';

const swatch = (name: string) => svg`
  <rect class=${name} x="-7" y="-5" width="14" height="10"></rect>
  <rect class="outline" x="-7" y="-5" width="14" height="10" rx="2"></rect>`;

const band = (kind: string) => svg`
  <rect class="band ${kind}" x="-7" y="-5" width="14" height="10"></rect>
  <rect class="outline ${kind}" x="-7" y="-5" width="14" height="10" rx="2"></rect>`;

const track = (kind: string) =>
  svg`<rect class="track ${kind}" x="-7" y="-2.5" width="14" height="5" rx="2"></rect>`;

type Entry = readonly [text: string, picture: Template];

const marks = (texts: Partial<Record<TimelineMarkKind, string>>): Entry[] =>
  Object.entries(texts).map(([kind, text]) => [text, glyph(kind as TimelineMarkKind)]);

const TOKENS: readonly Entry[] = [
  ['token’s life', swatch('life')],
  ['advisory window: refresh in the background', swatch('advisory')],
  ['mandatory window: callers wait', swatch('mandatory')],
  ['refreshed', svg`<path class="glyph refresh" d=${REFRESH_SHAPE}></path>`],
];

const CLIENT: readonly Entry[] = [
  ...TOKENS,
  ...marks({
    request: 'answered',
    pending: 'no answer yet',
    refused: 'token refused',
    failed: 'failed otherwise',
    replay: 'replay',
    handshake: 'handshake',
    'handshake-refused': 'handshake refused',
    drop: 'drop, or token ended early',
  }),
];

const CALLS: readonly Entry[] = [
  [
    'in a call',
    svg`<rect class="call" x="-7" y="-6" width="14" height="12" rx="3"></rect>
      <rect class="outline call open" x="-7" y="-6" width="14" height="12" rx="3"></rect>`,
  ],
  ['microphone on', track('audio')],
  ['camera on', track('video')],
  ['screen shared', track('screen')],
  ['reconnected to the call', svg`<path class="glyph reconnect" d=${RECONNECT_SHAPE}></path>`],
];

const FAULTS: readonly Entry[] = marks({ fault: 'fault switched, or tokens ended' });

const SESSION: readonly Entry[] = [
  ...TOKENS,
  ...marks({
    accepted: 'accepted by the server',
    refused: 'refused by the server',
    'rolled-back': 'rolled back to the token before',
    replay: 'requests replayed',
    failed: 'no token came',
  }),
  ['back-off', band('back-off')],
  ['circuit breaker', band('breaker')],
  ['suspended', band('suspension')],
  ...marks({
    handshake: 'connected',
    'handshake-refused': 'connection refused',
    drop: 'drop, or token ended early',
  }),
];

/** What the shapes and colours of these lanes mean. */
function legendOf(lanes: readonly TimelineLane[]): readonly Entry[] {
  if (lanes.some(({ kind }) => kind === 'session')) return SESSION;
  const hasCalls = lanes.some(({ participations = [] }) => participations.length > 0);
  const hasFaults = lanes.some(({ kind }) => kind === 'faults');
  return [...CLIENT, ...(hasCalls ? CALLS : []), ...(hasFaults ? FAULTS : [])];
}

export function legend(lanes: readonly TimelineLane[]): Template {
  return html`<ul class="legend" aria-label="Legend">
    ${legendOf(lanes).map(
      ([text, picture]) =>
        html`<li><svg viewBox="-8 -8 16 16" aria-hidden="true">${picture}</svg>${text}</li>`,
    )}
  </ul>`;
}
