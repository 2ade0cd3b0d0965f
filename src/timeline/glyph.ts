import type { TimelineMarkKind } from './data.js';
import { svg, type Template } from './template.js';

const SHAPES: Readonly<Record<TimelineMarkKind, string>> = {
  request: 'M-3 0a3 3 0 1 0 6 0a3 3 0 1 0-6 0',
  pending: 'M-3 0a3 3 0 1 0 6 0a3 3 0 1 0-6 0',
  refused: 'M0-6 6 0 0 6-6 0Z',
  failed: 'M-4.5-4.5h9v9h-9Z',
  replay: 'M-4.5-5.5 6 0-4.5 5.5Z',
  accepted: 'M-4.5 0.5-1.5 3.5 4.5-3.5',
  'rolled-back': 'M-5.5 0 1-5.5V-2H5.5V2H1V5.5Z',
  handshake: 'M0-5.5 5.5 4.5h-11Z',
  'handshake-refused': 'M0 5.5 5.5-4.5h-11Z',
  drop: 'M-4.5-4.5 4.5 4.5M4.5-4.5-4.5 4.5',
  fault: 'M1.5-7-4.5 1.2h3.6L-1.8 7 4.5-1.8H.8Z',
};

/** An arrow that comes back on itself. */
export const REFRESH_SHAPE = 'M3.4-1.6A3.8 3.8 0 1 0 3.6 1.4M3.9-4.4V-1.4H.9';

/** An arrow that turns back to where it came from. */
export const RECONNECT_SHAPE = 'M-4 5V-1.2a3.4 3.4 0 0 1 6.8 0V3.6M.2 1.4 2.8 4.2 5.4 1.4';

/** A mark, drawn around its own origin; it grows a little with what it stands for. */
export function glyph(kind: TimelineMarkKind, count = 1): Template {
  const size = kind === 'request' || kind === 'pending' ? 1 + Math.min(1, Math.log2(count) * 0.2) : 1;
  return svg`<path class="glyph ${kind}" d=${SHAPES[kind]} transform="scale(${size.toFixed(2)})"></path>`;
}
