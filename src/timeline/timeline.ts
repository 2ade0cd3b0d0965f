import { LitElement, nothing, type PropertyValues } from 'lit';
import { repeat } from 'lit/directives/repeat.js';
import type { TimelineData, TimelineLane, TimelineSelection } from './data.js';
import { duration, timeOfDay } from './format.js';
import { drawItems, LaneView } from './lane-view.js';
import { legend } from './legend.js';
import { nextStop } from './navigation.js';
import { RunningClock } from './running-clock.js';
import { TimeScale } from './scale.js';
import { timelineStyles } from './styles.js';
import { html, svg, type Template } from './template.js';
import { controls, theme, tokenColours } from './theme.js';
import { Ticker } from './ticker.js';

const SPANS_MS = [30, 60, 120, 300, 900, 3600, 14_400].map((seconds) => seconds * 1000);
const GUTTER_PX = 66;
const AXIS_HEIGHT_PX = 26;
const TICK_LABEL_PX = 54;
// How much of the view lies behind the present: the rest shows what is about to happen.
const PAST = 0.72;
const LANES_AT_ONCE = 20;
const FOLDED_AT_ONCE = 100;
const MIN_FRAME_MS = 60;
const MAX_FRAME_MS = 1000;

/**
 * The lives of tokens, sockets and requests, a lane per client, running on with the clock of its data. It draws
 * what it is given, asks no one, and reports a choice as the event `timeline-select` ({@link TimelineSelection}).
 *
 * @example
 * timeline.data = { now: Date.now(), isRunning: true, lanes };
 * timeline.addEventListener('timeline-select', ({ detail }) => show(detail.ids));
 */
export class StreamVideoTimeline extends LitElement {
  static override properties = {
    data: { attribute: false },
    spanMs: { type: Number, attribute: 'span-ms' },
    selected: {},
  };
  static override styles = [theme, controls, tokenColours, timelineStyles];

  declare data: TimelineData;
  /** How much time is in view, milliseconds. */
  declare spanMs: number;
  /** The id of the mark, bar or socket to highlight. */
  declare selected: string | undefined;

  readonly #clock = new RunningClock();
  readonly #ticker = new Ticker(
    () => this.#tick(),
    // A pixel at a time: more often is not seen.
    () => Math.min(Math.max(MIN_FRAME_MS, this.spanMs / Math.max(1, this.#width)), MAX_FRAME_MS),
  );
  readonly #resizes = new ResizeObserver(([entry]) => this.#resized(entry));
  readonly #tabStops = new Map<string, string>();
  #views: readonly LaneView[] = [];
  #width = 0;
  #lanesShown = LANES_AT_ONCE;
  #foldedShown = FOLDED_AT_ONCE;
  #showsFolded = false;
  /** Lanes that are over and were opened all the same. */
  readonly #unfolded = new Set<string>();
  /** The end of the view while it does not follow the clock. */
  #fixedEnd: number | undefined;
  /** The same, while a mark is pointed at or has the focus. */
  #heldEnd: number | undefined;

  constructor() {
    super();
    this.data = { now: Date.now(), isRunning: true, lanes: [] };
    this.spanMs = 120_000;
    this.selected = undefined;
  }

  /** Moves the focus to what has this id, or to where the tab key would lead, when it is no longer in view. */
  focusItem(id: string): void {
    const view = this.#views.find(({ items }) => items.some(({ ids }) => ids.includes(id)));
    const key = view?.items.find(({ ids }) => ids.includes(id))?.key;
    const item = view === undefined || key === undefined ? undefined : this.#find(view.lane.id, key);
    (item ?? this.renderRoot.querySelector<SVGElement>('.item[tabindex="0"]'))?.focus();
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.#resizes.observe(this);
    this.#ticker.start();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#resizes.disconnect();
    this.#ticker.stop();
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has('data')) this.#clock.set(this.data.now, this.data.isRunning);
  }

  protected override updated(): void {
    this.#measure();
  }

  protected override render(): Template {
    const now = this.#clock.now();
    const end = this.#fixedEnd ?? this.#heldEnd ?? this.#followingEnd(now);
    const scale = new TimeScale(end - this.spanMs, end, this.#width - GUTTER_PX - 1);
    const { lanes } = this.data;
    const running = lanes.filter(({ isOver }) => !isOver);
    const over = lanes.filter(({ isOver }) => isOver);
    const opened = this.#showsFolded ? over.filter(({ id }) => this.#unfolded.has(id)) : [];
    this.#views = [...running.slice(0, this.#lanesShown), ...opened].map(
      (lane) => new LaneView(lane, scale, now),
    );
    const draw = (lanesOf: readonly TimelineLane[]) =>
      repeat(
        this.#views.filter(({ lane }) => lanesOf.includes(lane)),
        ({ lane }) => lane.id,
        (view) => this.#lane(view, scale, now),
      );
    return html`
      ${this.#toolbar(now)}
      <div class="lanes" @click=${this.#choose} @keydown=${this.#key} @pointerover=${this.#hold}
        @pointerleave=${this.#release} @focusin=${this.#hold} @focusout=${this.#release}>
        ${this.#axis(scale, now)}
        ${draw(running)}
        ${running.length > this.#lanesShown ? this.#more(running.length) : nothing}
        ${over.length > 0 ? this.#folded(over, draw) : nothing}
      </div>
      ${lanes.some(({ kind }) => kind !== 'faults') ? nothing : html`<p class="empty"><slot name="empty">Nothing has happened yet.</slot></p>`}
      ${legend(lanes)}`;
  }

  #toolbar(now: number): Template {
    const isHeld = this.#heldEnd !== undefined && this.#fixedEnd === undefined;
    return html`<div class="toolbar" role="toolbar" aria-label="View of the time line">
      <label>In view
        <select @change=${this.#zoom}>${SPANS_MS.map(
          (ms) => html`<option value=${ms} ?selected=${ms === this.spanMs}>${duration(ms)}</option>`,
        )}</select>
      </label>
      <button type="button" @click=${() => this.#pan(-0.5)} aria-label="Earlier">←</button>
      <button type="button" @click=${() => this.#pan(0.5)} aria-label="Later">→</button>
      <button type="button" aria-pressed=${this.#fixedEnd === undefined ? 'true' : 'false'}
        @click=${() => this.#follow(now)}>Follow</button>
      <span class="held ${isHeld ? 'looking' : ''}">${isHeld ? 'held while you look' : this.#clock.isRunning ? '' : 'the clock is frozen'}</span>
    </div>`;
  }

  #axis(scale: TimeScale, now: number): Template {
    const x = GUTTER_PX + scale.x(now);
    const isNear = (tick: number) => Math.abs(scale.x(tick) - scale.x(now)) < 58;
    const isWhole = (tick: number) => scale.x(tick) + TICK_LABEL_PX / 2 <= scale.width;
    return html`<div class="axis"><div class="who"></div>
      <svg class="plot" height=${AXIS_HEIGHT_PX} aria-hidden="true">
        ${scale
          .ticks()
          .filter((tick) => isWhole(tick) && !isNear(tick))
          .map((tick) => svg`<text x=${GUTTER_PX + scale.x(tick)} y="17">${timeOfDay(tick)}</text>`)}
        ${scale.shows(now) ? svg`<text class="now-label" x=${x} y="17">${timeOfDay(now)}</text>` : nothing}
      </svg></div>`;
  }

  #lane(view: LaneView, scale: TimeScale, now: number): Template {
    const { lane, items, height } = view;
    const kept = this.#tabStops.get(lane.id);
    const tabStop = items.some(({ key }) => key === kept) ? kept : items.at(-1)?.key;
    const nowX = Math.min(Math.max(0, scale.x(now)), scale.width);
    const isAlone = this.data.lanes.filter(({ title }) => title === lane.title).length === 1;
    const name = isAlone
      ? lane.title
      : `${lane.title}, ${lane.caption === '' ? 'no client named' : lane.caption}`;
    return html`<section class="lane" aria-label=${name}>
      <div class="who"><h3>${lane.title}</h3>
        ${[lane.caption, lane.state].filter((text) => text !== '').map((text) => html`<p>${text}</p>`)}</div>
      <svg class="plot" height=${height} role="group" data-lane=${lane.id}
        aria-label="${name}: ${items.length} things in view. Arrow keys move, Enter shows one.">
        <rect class="future" x=${GUTTER_PX + nowX} y="0" width=${scale.width - nowX} height=${height}></rect>
        ${scale.ticks().map((tick) => {
          const x = GUTTER_PX + scale.x(tick);
          return svg`<line class="tick" x1=${x} x2=${x} y1="0" y2=${height}></line>`;
        })}
        ${view.backdrop(GUTTER_PX)}
        <svg x=${GUTTER_PX} y="0" width=${scale.width} height=${height}>
          ${drawItems(items, { tabStop, selected: this.selected })}
          ${scale.shows(now) ? svg`<line class="now" x1=${nowX} x2=${nowX} y1="0" y2=${height}></line>` : nothing}
        </svg>
      </svg>
    </section>`;
  }

  #more(count: number): Template {
    return html`<div class="more">${count - this.#lanesShown} more lanes
      <button type="button" @click=${() => this.#showMore()}>Show ${LANES_AT_ONCE} more</button></div>`;
  }

  #folded(over: readonly TimelineLane[], draw: (lanes: readonly TimelineLane[]) => unknown): Template {
    const count = `${over.length} ended or idle ${over.length === 1 ? 'client' : 'clients'}`;
    const listed = over.slice(0, this.#foldedShown);
    return html`<section class="folded" aria-label="Ended or idle clients">
      <button type="button" class="fold" aria-expanded=${this.#showsFolded ? 'true' : 'false'}
        @click=${() => this.#fold()}>${count}</button>
      ${
        this.#showsFolded
          ? html`<ul>${repeat(
              listed,
              ({ id }) => id,
              (
                lane,
              ) => html`<li><button type="button" class="fold" aria-expanded=${this.#unfolded.has(lane.id) ? 'true' : 'false'}
                @click=${() => this.#unfold(lane.id)}><b>${lane.title}</b><span>${[lane.caption, lane.state].filter((text) => text !== '').join(', ')}</span></button>
                ${draw([lane])}</li>`,
            )}</ul>${
              over.length > listed.length
                ? html`<div class="more">${over.length - listed.length} more
                    <button type="button" @click=${() => this.#listMore()}>List ${FOLDED_AT_ONCE} more</button></div>`
                : nothing
            }`
          : nothing
      }
    </section>`;
  }

  #fold(): void {
    this.#showsFolded = !this.#showsFolded;
    this.requestUpdate();
  }

  #unfold(id: string): void {
    if (!this.#unfolded.delete(id)) this.#unfolded.add(id);
    this.requestUpdate();
  }

  #listMore(): void {
    this.#foldedShown += FOLDED_AT_ONCE;
    this.requestUpdate();
  }

  #showMore(): void {
    this.#lanesShown += LANES_AT_ONCE;
    this.requestUpdate();
  }

  #tick(): void {
    if (this.#clock.isRunning) this.requestUpdate();
  }

  #followingEnd(now: number): number {
    return now + (1 - PAST) * this.spanMs;
  }

  #measure(): void {
    const width = this.renderRoot.querySelector('.plot')?.clientWidth ?? 0;
    if (Math.abs(width - this.#width) < 1) return;
    this.#width = width;
    // Asked for after this update, which is still under way.
    queueMicrotask(() => this.requestUpdate());
  }

  #resized(entry: ResizeObserverEntry | undefined): void {
    if (entry !== undefined) this.#measure();
  }

  #zoom(event: Event): void {
    const now = this.#clock.now();
    const before = this.spanMs;
    this.spanMs = Number((event.target as HTMLSelectElement).value);
    if (this.#fixedEnd !== undefined) {
      const middle = this.#fixedEnd - before / 2;
      this.#fixedEnd = Math.min(middle + this.spanMs / 2, this.#followingEnd(now));
    }
  }

  #pan(share: number): void {
    this.#fixedEnd = (this.#fixedEnd ?? this.#followingEnd(this.#clock.now())) + share * this.spanMs;
    this.requestUpdate();
  }

  #follow(now: number): void {
    this.#fixedEnd = this.#fixedEnd === undefined ? this.#followingEnd(now) : undefined;
    this.requestUpdate();
  }

  // A mark that runs away from the pointer can't be hit, and one in focus must not leave the view.
  #hold(event: Event): void {
    const item = itemOf(event);
    const isWanted = item !== undefined && (event.type !== 'focusin' || item.matches(':focus-visible'));
    if (!isWanted) {
      this.#release();
      return;
    }
    this.#heldEnd ??= this.#followingEnd(this.#clock.now());
    this.requestUpdate();
  }

  #release(): void {
    const focused = this.renderRoot.querySelector('.item:focus-visible');
    if (focused !== null || this.#heldEnd === undefined) return;
    this.#heldEnd = undefined;
    this.requestUpdate();
  }

  #choose(event: Event): void {
    const item = itemOf(event);
    if (item !== undefined) this.#select(item);
  }

  #select(item: Element): void {
    const laneId = item.closest('[data-lane]')?.getAttribute('data-lane') ?? '';
    const view = this.#views.find(({ lane }) => lane.id === laneId);
    const key = item.getAttribute('data-key') ?? '';
    const ids = view?.items.find((one) => one.key === key)?.ids;
    if (ids === undefined) return;
    this.#tabStops.set(laneId, key);
    const detail: TimelineSelection = { laneId, ids };
    this.dispatchEvent(new CustomEvent('timeline-select', { detail, bubbles: true, composed: true }));
  }

  #key(event: KeyboardEvent): void {
    const item = itemOf(event);
    if (item === undefined) return;
    if (event.key === 'Enter' || event.key === ' ') {
      event.preventDefault();
      this.#select(item);
      return;
    }
    const laneId = item.closest('[data-lane]')?.getAttribute('data-lane') ?? '';
    const next = nextStop(this.#views, { laneId, key: item.getAttribute('data-key') ?? '' }, event.key);
    if (next === undefined) return;
    event.preventDefault();
    this.#tabStops.set(next.laneId, next.key);
    this.#find(next.laneId, next.key)?.focus();
  }

  // Compared as text: ids are anything, so they don't go into a selector.
  #find(laneId: string, key: string): SVGElement | undefined {
    const lanes = [...this.renderRoot.querySelectorAll('[data-lane]')];
    const lane = lanes.find((one) => one.getAttribute('data-lane') === laneId);
    const items = [...(lane?.querySelectorAll<SVGElement>('.item') ?? [])];
    return items.find((one) => one.getAttribute('data-key') === key);
  }
}

function itemOf(event: Event): Element | undefined {
  return event.target instanceof Element ? (event.target.closest('.item') ?? undefined) : undefined;
}

declare global {
  interface HTMLElementTagNameMap {
    'stream-video-timeline': StreamVideoTimeline;
  }
}
