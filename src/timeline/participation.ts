import { nothing } from 'lit';
import { RECONNECT_SHAPE } from './glyph.js';
import { CALL_HEAD_HEIGHT, type PlacedParticipation } from './layout.js';
import type { TimeScale } from './scale.js';
import { svg, type Template } from './template.js';

const TRACK_HEIGHT = 5;
const INSET = 2;
const CHARACTER_PX = 6;
const RECONNECT_PX = 16;

/** A bar from join to leave; in it a line per time that a track was on, and an arrow where the client reconnected. */
export function drawParticipation(
  { participation, y, height, until: mustEnd, lines }: PlacedParticipation,
  scale: TimeScale,
  now: number,
): Template {
  const { from, until, label, tracks, reconnects } = participation;
  const end = Math.min(mustEnd, now);
  const left = scale.x(from);
  const width = Math.max(4, scale.x(end) - left);
  const line = (kind: string, at: number) =>
    tracks
      .filter((track) => track.kind === kind && track.from <= end)
      .map((track) => {
        const x = Math.max(left + INSET, scale.x(track.from));
        const stop = Math.min(left + width - INSET, scale.x(Math.min(track.until ?? end, end)));
        return svg`<rect class="track ${kind}" x=${x} y=${at - TRACK_HEIGHT / 2} width=${Math.max(2, stop - x)}
          height=${TRACK_HEIGHT} rx="2"></rect>`;
      });
  // Whole within the bar, and the label beside them.
  const arrows = reconnects
    .filter((at) => at <= end && scale.shows(at))
    .map((at) => Math.max(left + RECONNECT_PX / 2, scale.x(at)));
  const start = Math.max(left, 0) + 6;
  const labelX = arrows.some((x) => x < start + RECONNECT_PX) ? start + RECONNECT_PX : start;
  const next = arrows.filter((x) => x > labelX).map((x) => x - RECONNECT_PX / 2);
  const isLabelled = labelX + label.length * CHARACTER_PX < Math.min(left + width, ...next);
  return svg`
    <rect class="call" x=${left} y=${y} width=${width} height=${height} rx="4"></rect>
    ${lines.map(({ kind, y: at }) => line(kind, at))}
    <rect class="outline call ${until === undefined ? 'open' : ''}" x=${left} y=${y} width=${width} height=${height} rx="4"></rect>
    ${isLabelled ? svg`<text class="bar-label" x=${labelX} y=${y + 12}>${label}</text>` : nothing}
    ${arrows.map(
      (x) => svg`<path class="glyph reconnect" d=${RECONNECT_SHAPE}
        transform="translate(${x} ${y + CALL_HEAD_HEIGHT / 2})"></path>`,
    )}`;
}
