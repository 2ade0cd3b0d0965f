import { css } from 'lit';

/** Colours and type for both schemes, by the attribute `theme` or what the system prefers; an embedder may set any of these properties on the element. */
export const theme = css`
  /* An app's type is inherited by what is in it, and its direction: these words and this time run left to right. */
  :host {
    all: initial;
    direction: ltr;
    color-scheme: light dark;
    --sv-page: light-dark(#f6f7f9, #0f1319);
    --sv-surface: light-dark(#ffffff, #171c25);
    --sv-sunken: light-dark(#f1f3f6, #1e2530);
    --sv-line: light-dark(#dfe3ea, #2e3744);
    --sv-grid: light-dark(#edf0f4, #212935);
    --sv-text: light-dark(#1b2330, #e5e9f0);
    --sv-muted: light-dark(#5a6576, #9ba7b8);
    --sv-accent: light-dark(#2257cf, #82adff);
    --sv-on-accent: light-dark(#ffffff, #0d1626);
    --sv-good: light-dark(#14774a, #55c791);
    --sv-warn: light-dark(#95560a, #efb65c);
    --sv-bad: light-dark(#bb2a2a, #ff8178);
    --sv-life: light-dark(#d7e4fc, #233a68);
    --sv-life-line: light-dark(#7ba0e8, #5a87dd);
    --sv-advisory: light-dark(#f9dfa2, #75591c);
    --sv-mandatory: light-dark(#f0a78d, #91422b);
    --sv-mono: ui-monospace, 'SF Mono', 'Cascadia Mono', 'DejaVu Sans Mono', monospace;
    --sv-sans: system-ui, -apple-system, 'Segoe UI', 'Helvetica Neue', 'DejaVu Sans', sans-serif;
    display: block;
    color: var(--sv-text);
    font: 14px / 1.45 var(--sv-sans);
  }
  :host([theme='light']) {
    color-scheme: light;
  }
  :host([theme='dark']) {
    color-scheme: dark;
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

/** A token's life and its windows, wherever they are drawn. */
export const tokenColours = css`
  .life {
    fill: var(--sv-life);
  }
  .advisory {
    fill: var(--sv-advisory);
  }
  .mandatory {
    fill: var(--sv-mandatory);
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
