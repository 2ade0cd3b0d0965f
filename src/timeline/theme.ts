import { css } from 'lit';

/** Colours and type for both schemes; an embedder may set any of these properties on the element. */
export const theme = css`
  :host {
    --sv-page: #f6f7f9;
    --sv-surface: #ffffff;
    --sv-sunken: #f1f3f6;
    --sv-line: #dfe3ea;
    --sv-grid: #edf0f4;
    --sv-text: #1b2330;
    --sv-muted: #5a6576;
    --sv-accent: #2257cf;
    --sv-on-accent: #ffffff;
    --sv-good: #14774a;
    --sv-warn: #95560a;
    --sv-bad: #bb2a2a;
    --sv-life: #d7e4fc;
    --sv-life-line: #7ba0e8;
    --sv-advisory: #f9dfa2;
    --sv-mandatory: #f0a78d;
    --sv-mono: ui-monospace, 'SF Mono', 'Cascadia Mono', 'DejaVu Sans Mono', monospace;
    --sv-sans: system-ui, -apple-system, 'Segoe UI', 'Helvetica Neue', 'DejaVu Sans', sans-serif;
    display: block;
    color: var(--sv-text);
    font: 14px / 1.45 var(--sv-sans);
  }
  @media (prefers-color-scheme: dark) {
    :host {
      --sv-page: #0f1319;
      --sv-surface: #171c25;
      --sv-sunken: #1e2530;
      --sv-line: #2e3744;
      --sv-grid: #212935;
      --sv-text: #e5e9f0;
      --sv-muted: #9ba7b8;
      --sv-accent: #82adff;
      --sv-on-accent: #0d1626;
      --sv-good: #55c791;
      --sv-warn: #efb65c;
      --sv-bad: #ff8178;
      --sv-life: #233a68;
      --sv-life-line: #5a87dd;
      --sv-advisory: #75591c;
      --sv-mandatory: #91422b;
    }
  }
  :host([hidden]) {
    display: none;
  }
  *,
  ::before,
  ::after {
    box-sizing: border-box;
  }
`;

/** Buttons, fields and headings that look alike everywhere. */
export const controls = css`
  h1,
  h2,
  h3,
  p,
  dl,
  dd,
  pre {
    margin: 0;
  }
  button,
  input,
  select {
    font: inherit;
    font-size: 13px;
    color: var(--sv-text);
    background: var(--sv-surface);
    border: 1px solid var(--sv-line);
    border-radius: 6px;
    min-height: 30px;
    padding: 3px 9px;
  }
  input,
  select {
    min-width: 0;
    border-color: color-mix(in srgb, var(--sv-muted) 55%, var(--sv-line));
  }
  button {
    cursor: pointer;
    font-weight: 500;
    white-space: nowrap;
  }
  button:hover:not(:disabled) {
    border-color: var(--sv-muted);
  }
  button[aria-pressed='true'],
  button[aria-selected='true'] {
    background: color-mix(in srgb, var(--sv-accent) 14%, var(--sv-surface));
    border-color: var(--sv-accent);
    color: var(--sv-accent);
  }
  button:disabled {
    cursor: default;
    opacity: 0.55;
  }
  :focus-visible {
    outline: 2px solid var(--sv-accent);
    outline-offset: 1px;
  }
  input[type='checkbox'] {
    min-height: 0;
    width: 15px;
    height: 15px;
    padding: 0;
    margin: 0;
    accent-color: var(--sv-accent);
  }
  .visually-hidden {
    position: absolute;
    width: 1px;
    height: 1px;
    overflow: hidden;
    clip-path: inset(50%);
    white-space: nowrap;
  }
`;
