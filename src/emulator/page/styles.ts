import { css } from 'lit';

export const pageStyles = css`
  :host {
    min-height: 100vh;
    background: var(--sv-page);
    padding: 14px 18px 28px;
    container-type: inline-size;
  }
  .top {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: 6px 18px;
    padding: 2px 2px 12px;
  }
  h1 {
    font-size: 17px;
    font-weight: 650;
    letter-spacing: -0.01em;
  }
  .state {
    display: inline-flex;
    align-items: center;
    gap: 6px;
    font-size: 13px;
    color: var(--sv-good);
  }
  .state::before {
    content: '';
    width: 8px;
    height: 8px;
    border-radius: 50%;
    background: currentColor;
  }
  .state.lost {
    color: var(--sv-bad);
  }
  .facts {
    display: flex;
    flex-wrap: wrap;
    gap: 2px 16px;
    font-size: 13px;
    margin: 0;
  }
  .facts div {
    display: flex;
    gap: 5px;
  }
  .facts dt {
    color: var(--sv-muted);
  }
  .facts dd {
    font-variant-numeric: tabular-nums;
  }
  code {
    font-family: var(--sv-mono);
    font-size: 12.5px;
    overflow-wrap: anywhere;
  }
  .warning {
    color: var(--sv-muted);
    font-size: 12.5px;
    margin-inline-start: auto;
  }
  .active {
    display: flex;
    flex-wrap: wrap;
    gap: 6px;
    align-items: center;
    padding: 8px 12px;
    margin-bottom: 12px;
    border: 1px solid color-mix(in srgb, var(--sv-warn) 45%, var(--sv-line));
    background: color-mix(in srgb, var(--sv-warn) 9%, var(--sv-surface));
    border-radius: 10px;
    font-size: 13px;
  }
  .active ul {
    display: contents;
    list-style: none;
  }
  .active li {
    color: var(--sv-warn);
    font-weight: 600;
  }
  .active li + li::before {
    content: '·';
    margin-inline-end: 6px;
  }
  .active button {
    margin-inline-start: auto;
  }
  .views > div {
    display: flex;
    flex-wrap: wrap;
    gap: 6px;
  }
  .views {
    display: flex;
    flex-wrap: wrap;
    gap: 6px;
    align-items: center;
    margin-bottom: 10px;
  }
  .views label {
    display: flex;
    gap: 6px;
    align-items: center;
    color: var(--sv-muted);
    font-size: 13px;
    margin-inline-start: auto;
  }
  .views input {
    width: 150px;
  }
  .columns {
    display: grid;
    gap: 14px;
    align-items: start;
  }
  main {
    min-width: 0;
  }
  aside {
    display: grid;
    gap: 14px;
    min-width: 0;
  }
  aside > h2 {
    font-size: 14px;
    line-height: 30px;
    margin-bottom: -4px;
  }
  aside > .end {
    display: flex;
    flex-wrap: wrap;
    gap: 6px;
  }
  @container (min-width: 980px) {
    .columns {
      grid-template-columns: minmax(0, 1fr) 340px;
    }
    aside {
      position: sticky;
      top: 12px;
      max-height: calc(100vh - 24px);
      overflow: auto;
      scrollbar-width: thin;
      border-radius: 10px;
    }
  }
`;
