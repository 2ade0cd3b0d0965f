import { css } from 'lit';

/** Where it is narrow, `.looking` lies over the axis: a line of its own would push the mark away from the pointer. */
export const timelineStyles = css`
  :host {
    container-type: inline-size;
    background: var(--sv-surface);
    border: 1px solid var(--sv-line);
    border-radius: 10px;
  }
  .toolbar {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: 6px;
    padding: 8px 12px;
    border-bottom: 1px solid var(--sv-line);
  }
  .toolbar label {
    display: flex;
    align-items: center;
    gap: 6px;
    color: var(--sv-muted);
    font-size: 13px;
  }
  .held {
    margin-inline-start: auto;
    color: var(--sv-muted);
    font-size: 12.5px;
  }
  .axis {
    position: sticky;
    top: 0;
    z-index: 1;
    background: var(--sv-surface);
    border-bottom: 1px solid var(--sv-line);
  }
  .axis,
  .lane {
    display: grid;
    grid-template-columns: 160px minmax(0, 1fr);
  }
  .lane + .lane {
    border-top: 1px solid var(--sv-line);
  }
  .who {
    padding: 9px 0 8px 14px;
    min-width: 0;
  }
  .who h3 {
    font-size: 14px;
    font-weight: 600;
    overflow-wrap: anywhere;
  }
  .who p {
    color: var(--sv-muted);
    font-size: 12px;
    overflow-wrap: anywhere;
  }
  svg {
    display: block;
    width: 100%;
    overflow: hidden;
  }
  text {
    font-family: var(--sv-sans);
    fill: var(--sv-muted);
    font-size: 11px;
  }
  .axis text {
    text-anchor: middle;
    font-variant-numeric: tabular-nums;
  }
  .row-caption {
    text-anchor: end;
    font-size: 10.5px;
  }
  .row-line,
  .tick {
    stroke: var(--sv-grid);
  }
  .now {
    pointer-events: none;
    stroke: var(--sv-accent);
    stroke-width: 1.5;
  }
  .future {
    fill: var(--sv-sunken);
    opacity: 0.55;
  }
  .now-label {
    fill: var(--sv-accent);
    font-weight: 600;
  }
  .hit {
    fill: transparent;
  }
  .item {
    cursor: pointer;
    outline: none;
  }
  .glyph {
    stroke-width: 1.6;
    fill: none;
    stroke-linejoin: round;
    stroke-linecap: round;
  }
  .request {
    fill: var(--sv-muted);
    stroke: none;
  }
  .pending {
    fill: var(--sv-surface);
    stroke: var(--sv-muted);
  }
  .refused,
  .handshake-refused {
    fill: var(--sv-bad);
    stroke: var(--sv-bad);
  }
  .failed {
    stroke: var(--sv-warn);
    fill: var(--sv-surface);
    stroke-width: 2;
  }
  .accepted {
    stroke: var(--sv-good);
    stroke-width: 2;
  }
  .rolled-back {
    fill: var(--sv-surface);
    stroke: var(--sv-bad);
  }
  .band.back-off {
    fill: var(--sv-advisory);
  }
  .band.breaker {
    fill: var(--sv-mandatory);
  }
  .band.suspension {
    fill: var(--sv-sunken);
  }
  .replay {
    fill: var(--sv-accent);
    stroke: var(--sv-accent);
  }
  .handshake {
    fill: var(--sv-good);
    stroke: var(--sv-good);
  }
  .drop,
  .ended {
    stroke: var(--sv-bad);
    stroke-width: 2.4;
  }
  .fault {
    fill: var(--sv-warn);
    stroke: var(--sv-warn);
    stroke-width: 0.8;
  }
  .refresh {
    stroke: var(--sv-accent);
    stroke-width: 1.5;
  }
  .span {
    fill: color-mix(in srgb, var(--sv-good) 45%, var(--sv-surface));
  }
  .span.open {
    fill: var(--sv-good);
  }
  .outline {
    fill: none;
    stroke: var(--sv-life-line);
  }
  .outline.back-off {
    stroke: var(--sv-warn);
  }
  .outline.breaker {
    stroke: var(--sv-bad);
  }
  .outline.suspension {
    stroke: var(--sv-bad);
    stroke-dasharray: 4 3;
  }
  .call {
    fill: var(--sv-sunken);
  }
  .outline.call {
    fill: none;
    stroke: var(--sv-muted);
  }
  .outline.call.open {
    stroke: var(--sv-good);
  }
  .track.audio {
    fill: var(--sv-good);
  }
  .track.video {
    fill: var(--sv-accent);
  }
  .track.screen {
    fill: var(--sv-warn);
  }
  .track-caption {
    font-size: 10px;
  }
  .reconnect {
    stroke: var(--sv-bad);
    stroke-width: 1.8;
  }
  .bar-label {
    fill: var(--sv-text);
    font-size: 11px;
    font-variant-numeric: tabular-nums;
  }
  .item:hover .hit {
    fill: var(--sv-sunken);
  }
  .item[aria-pressed='true'] .hit,
  .item:focus-visible .hit {
    fill: color-mix(in srgb, var(--sv-accent) 22%, transparent);
    stroke: var(--sv-accent);
    stroke-width: 1.5;
    rx: 4px;
  }
  .item[aria-pressed='true'] .outline,
  .item:focus-visible .outline {
    stroke: var(--sv-accent);
    stroke-width: 2.5;
  }
  .empty {
    padding: 36px 20px;
    text-align: center;
    color: var(--sv-muted);
  }
  .more {
    padding: 8px 14px;
    border-top: 1px solid var(--sv-line);
    color: var(--sv-muted);
    font-size: 13px;
    display: flex;
    gap: 10px;
    align-items: center;
  }
  .folded {
    border-top: 1px solid var(--sv-line);
  }
  .folded ul {
    list-style: none;
    margin: 0;
    padding: 0 0 6px;
  }
  button.fold {
    display: flex;
    flex-wrap: wrap;
    gap: 0 8px;
    align-items: baseline;
    width: 100%;
    border: 0;
    border-radius: 0;
    background: none;
    text-align: start;
    padding: 7px 14px;
    color: var(--sv-muted);
    font-size: 13px;
  }
  button.fold::before {
    /* The state is said by aria-expanded. */
    content: '▸' / '';
    width: 12px;
  }
  button.fold[aria-expanded='true']::before {
    content: '▾' / '';
  }
  button.fold:hover {
    background: var(--sv-sunken);
  }
  .folded li button.fold {
    padding-inline-start: 28px;
  }
  .fold b {
    color: var(--sv-text);
    font-weight: 600;
    overflow-wrap: anywhere;
  }
  .legend {
    display: flex;
    flex-wrap: wrap;
    gap: 3px 14px;
    padding: 9px 14px;
    border-top: 1px solid var(--sv-line);
    color: var(--sv-muted);
    font-size: 12px;
    list-style: none;
    margin: 0;
  }
  .legend li {
    display: flex;
    align-items: center;
    gap: 5px;
  }
  .legend svg {
    width: 16px;
    height: 16px;
    flex: none;
  }
  @container (max-width: 640px) {
    .toolbar {
      position: relative;
    }
    .looking {
      position: absolute;
      inset: 100% 0 auto auto;
      z-index: 2;
      padding: 4px;
      background: var(--sv-surface);
    }
    .axis,
    .lane {
      grid-template-columns: minmax(0, 1fr);
    }
    .axis .who {
      display: none;
    }
    .who {
      padding: 7px 12px 0;
      display: flex;
      flex-wrap: wrap;
      gap: 0 10px;
      align-items: baseline;
    }
  }
`;
