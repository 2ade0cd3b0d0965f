import { nothing } from 'lit';
import { repeat } from 'lit/directives/repeat.js';
import type { TimelineBand, TimelineLane, TimelineSpan } from './data.js';
import { glyph, REFRESH_SHAPE } from './glyph.js';
import {
  BAND_HEIGHT,
  BAND_Y,
  BAR_HEIGHT,
  type Cluster,
  clusterMarks,
  heightOf,
  type PlacedBar,
  type PlacedParticipation,
  placeBars,
  placeParticipations,
  rowsOf,
  SOCKET_Y,
} from './layout.js';
import { drawParticipation } from './participation.js';
import type { TimeScale } from './scale.js';
import { svg, type Template } from './template.js';

/** Something in a lane that can be reached and chosen. */
export interface LaneItem {
  readonly key: string;
  readonly at: number;
  readonly ids: readonly string[];
  readonly title: string;
  readonly draw: () => Template;
}

const LETTER_PX = 6;
const END_MARK_PX = 12;

/** A lane laid out for a view. */
export class LaneView {
  readonly lane: TimelineLane;
  readonly height: number;
  /** In the order of time. */
  readonly items: readonly LaneItem[];
  readonly #scale: TimeScale;
  readonly #clusters: readonly Cluster[];
  readonly #participations: readonly PlacedParticipation[];

  constructor(lane: TimelineLane, scale: TimeScale, now: number) {
    this.lane = lane;
    this.#scale = scale;
    const bars = placeBars(lane.bars);
    this.#participations = placeParticipations(lane.participations ?? [], bars);
    this.height = heightOf(lane, bars, this.#participations);
    this.#clusters = clusterMarks(lane, scale);
    const bands = lane.bands ?? [];
    const items = [
      ...bands
        .filter(({ from, until }) => scale.shows(from, until ?? now))
        .map((band) => this.#bandItem(band, now)),
      ...lane.spans
        .filter(({ from, until }) => scale.shows(from, until ?? now))
        .map((span) => this.#spanItem(span, now)),
      ...bars.filter(({ bar, until }) => scale.shows(bar.from, until)).map((bar) => this.#barItem(bar)),
      ...this.#participations
        .filter(({ participation, until }) => scale.shows(participation.from, Math.min(until, now)))
        .map((placed) => this.#participationItem(placed, now)),
      ...this.#clusters.map((cluster) => this.#clusterItem(cluster)),
    ];
    this.items = items.sort((a, b) => a.at - b.at);
  }

  /** Everything but the items: rows, their captions, and lines from what was refused to its replay. */
  backdrop(gutter: number): Template {
    const { width } = this.#scale;
    return svg`${rowsOf(this.lane).map(
      ({ caption, y }) => svg`
        <text class="row-caption" x=${gutter - 8} y=${y + 3.5}>${caption}</text>
        <line class="row-line" x1=${gutter} x2=${gutter + width} y1=${y} y2=${y}></line>`,
    )}
    ${
      this.lane.kind !== 'faults'
        ? svg`<text class="row-caption" x=${gutter - 8} y=${102}>tokens</text>`
        : nothing
    }
    ${[...new Map(this.#participations.map((placed) => [placed.y, placed])).values()].map(
      ({ y, lines }) => svg`<text class="row-caption" x=${gutter - 8} y=${y + 12}>call</text>
        ${lines.map(
          (line) =>
            svg`<text class="row-caption track-caption" x=${gutter - 8} y=${line.y + 3}>${line.kind}</text>`,
        )}`,
    )}`;
  }

  #bandItem(band: TimelineBand, now: number): LaneItem {
    const from = Math.max(0, this.#scale.x(band.from));
    const width = Math.max(4, Math.min(this.#scale.width, this.#scale.x(band.until ?? now)) - from);
    const y = BAND_Y - BAND_HEIGHT / 2;
    return {
      key: band.id,
      at: band.from,
      ids: [band.id],
      title: band.title,
      draw: () => svg`
        <rect class="band ${band.kind}" x=${from} y=${y} width=${width} height=${BAND_HEIGHT} rx="3"></rect>
        <rect class="outline ${band.kind}" x=${from} y=${y} width=${width} height=${BAND_HEIGHT} rx="3"></rect>
        ${width > band.label.length * 6 + 22 ? svg`<text class="bar-label" x=${from + 14} y=${y + 10.5}>${band.label}</text>` : nothing}`,
    };
  }

  #spanItem(span: TimelineSpan, now: number): LaneItem {
    const from = Math.max(0, this.#scale.x(span.from));
    const until = Math.min(this.#scale.width, this.#scale.x(span.until ?? now));
    const width = Math.max(3, until - from);
    return {
      key: span.id,
      at: span.from,
      ids: [span.id],
      title: span.title,
      draw: () => svg`
        <rect class="hit" x=${from} y=${SOCKET_Y - 6} width=${width} height="12"></rect>
        <rect class="span ${span.until === undefined ? 'open' : ''}" x=${from} y=${SOCKET_Y - 2.5}
          width=${width} height="5" rx="2.5"></rect>`,
    };
  }

  #barItem({ bar, y, until }: PlacedBar): LaneItem {
    return {
      key: bar.id,
      at: bar.from,
      ids: [bar.id],
      title: bar.title,
      draw: () => {
        const from = this.#scale.x(bar.from);
        const end = Math.max(from + 2, this.#scale.x(until));
        const part = (name: string, start: number | undefined, stop: number) => {
          if (start === undefined || start >= until) return nothing;
          const x = Math.max(from, this.#scale.x(start));
          return svg`<rect class=${name} x=${x} y=${y} width=${Math.max(0, this.#scale.x(stop) - x)}
            height=${BAR_HEIGHT}></rect>`;
        };
        const labelX = Math.max(from, 0) + (bar.isRefresh && from >= 0 ? 18 : 6);
        const room = Math.min(end, this.#scale.width) - labelX - (bar.isEndedEarly ? END_MARK_PX : 0);
        // The whole of it, else the number of the token alone.
        const label = [bar.label, bar.label.split(' ·')[0] ?? ''].find(
          ({ length }) => length * LETTER_PX <= room,
        );
        return svg`
          <rect class="life" x=${from} y=${y} width=${end - from} height=${BAR_HEIGHT}></rect>
          ${part('advisory', bar.advisoryAt, Math.min(until, bar.mandatoryAt ?? until))}
          ${part('mandatory', bar.mandatoryAt, until)}
          <rect class="outline" x=${from} y=${y} width=${end - from} height=${BAR_HEIGHT} rx="3"></rect>
          ${bar.isRefresh ? this.#at('refresh', from + 9, y, REFRESH_SHAPE) : nothing}
          ${label === undefined ? nothing : svg`<text class="bar-label" x=${labelX} y=${y + 12}>${label}</text>`}
          ${bar.isEndedEarly ? this.#at('ended', Math.max(from, end - 6), y, 'M-3.5-6 3.5 6M3.5-6-3.5 6') : nothing}`;
      },
    };
  }

  #participationItem(placed: PlacedParticipation, now: number): LaneItem {
    const { id, from, title } = placed.participation;
    const draw = () => drawParticipation(placed, this.#scale, now);
    return { key: id, at: from, ids: [id], title, draw };
  }

  #at(name: string, x: number, y: number, shape: string): Template {
    return svg`<path class="glyph ${name}" d=${shape} transform="translate(${x} ${y + BAR_HEIGHT / 2})"></path>`;
  }

  #clusterItem(cluster: Cluster): LaneItem {
    return {
      key: cluster.key,
      at: cluster.at,
      ids: cluster.ids,
      title: cluster.title,
      draw: () => svg`<g transform="translate(${this.#scale.x(cluster.at)} ${cluster.y})">
        <rect class="hit" x="-8" y="-8" width="16" height="16"></rect>
        ${glyph(cluster.kind, cluster.ids.length)}
      </g>`,
    };
  }
}

/** The items of a lane; one of them is its tab stop. */
export function drawItems(
  items: readonly LaneItem[],
  { tabStop, selected }: { tabStop: string | undefined; selected: string | undefined },
): unknown {
  return repeat(
    items,
    ({ key }) => key,
    (item) => svg`<g class="item" role="button" data-key=${item.key} data-kind=${kindOf(item)}
      tabindex=${item.key === tabStop ? '0' : '-1'} aria-label=${item.title}
      aria-pressed=${selected !== undefined && item.ids.includes(selected) ? 'true' : 'false'}>
      <title>${item.title}</title>${item.draw()}</g>`,
  );
}

function kindOf({ ids }: LaneItem): string {
  return ids[0]?.split(':')[0] ?? '';
}
