import { css } from 'lit';

export const devtoolsStyles = css`
  :host {
    container-type: inline-size;
    background: var(--sv-page);
    padding: 12px;
    text-align: start;
  }
  .top {
    display: flex;
    flex-wrap: wrap;
    align-items: baseline;
    gap: 2px 12px;
    padding: 0 2px 10px;
  }
  h2 {
    margin: 0;
    font-size: 15px;
    font-weight: 650;
    letter-spacing: -0.01em;
  }
  .top span,
  .kind,
  .socket {
    color: var(--sv-muted);
    font-size: 12.5px;
  }
  .cards {
    display: grid;
    grid-template-columns: repeat(auto-fit, minmax(min(300px, 100%), 1fr));
    gap: 12px;
    margin-top: 12px;
    align-items: start;
  }
  .card {
    display: grid;
    gap: 9px;
    min-width: 0;
    padding: 12px 14px;
    background: var(--sv-surface);
    border: 1px solid var(--sv-line);
    border-radius: 10px;
  }
  .card header {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: 4px 8px;
  }
  .card h3 {
    font-size: 15px;
    font-weight: 650;
    overflow-wrap: anywhere;
  }
  .badge {
    padding: 1px 8px;
    border-radius: 99px;
    font-size: 12px;
    font-weight: 600;
    color: var(--tone);
    background: color-mix(in srgb, var(--tone) 13%, var(--sv-surface));
  }
  .good {
    --tone: var(--sv-good);
  }
  .warn {
    --tone: var(--sv-warn);
  }
  .bad {
    --tone: var(--sv-bad);
  }
  .calm {
    --tone: var(--sv-muted);
  }
  .socket {
    display: inline-flex;
    align-items: center;
    gap: 5px;
    margin-inline-start: auto;
  }
  .socket::before {
    content: '';
    width: 8px;
    height: 8px;
    border-radius: 50%;
    border: 1.5px solid var(--sv-muted);
  }
  .socket.connected::before {
    background: var(--sv-good);
    border-color: var(--sv-good);
  }
  .socket.connecting::before,
  .socket.reconnecting::before {
    background: var(--sv-warn);
    border-color: var(--sv-warn);
  }
  .meter {
    display: block;
    width: 100%;
    height: 16px;
    border-radius: 4px;
  }
  .spent {
    fill: var(--sv-accent);
    opacity: 0.32;
  }
  .present {
    stroke: var(--sv-accent);
    stroke-width: 2;
    vector-effect: non-scaling-stroke;
  }
  .next {
    font-size: 13.5px;
    overflow-wrap: anywhere;
  }
  .why {
    color: var(--sv-muted);
  }
  .problem {
    padding: 6px 9px;
    border-radius: 6px;
    font-size: 13px;
    overflow-wrap: anywhere;
    color: var(--sv-bad);
    background: color-mix(in srgb, var(--sv-bad) 9%, var(--sv-surface));
  }
  dl {
    display: grid;
    grid-template-columns: repeat(auto-fill, minmax(84px, 1fr));
    gap: 6px 10px;
    margin: 0;
  }
  dt {
    color: var(--sv-muted);
    font-size: 11.5px;
  }
  dd {
    font-size: 13px;
    font-variant-numeric: tabular-nums;
  }
  .buttons {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: 6px;
  }
  output {
    color: var(--sv-muted);
    font-size: 12.5px;
    overflow-wrap: anywhere;
  }
  summary {
    cursor: pointer;
    color: var(--sv-muted);
    font-size: 13px;
  }
  .explain,
  .scroll {
    max-height: 260px;
    overflow: auto;
    margin-top: 6px;
    border: 1px solid var(--sv-line);
    border-radius: 6px;
    background: var(--sv-sunken);
  }
  .explain {
    padding: 8px 10px;
    font: 12px / 1.5 var(--sv-mono);
    white-space: pre-wrap;
    overflow-wrap: anywhere;
  }
  table {
    width: 100%;
    border-collapse: collapse;
    font-size: 12.5px;
  }
  th,
  td {
    padding: 3px 9px;
    text-align: start;
    vertical-align: top;
    border-bottom: 1px solid var(--sv-line);
    overflow-wrap: anywhere;
  }
  th {
    color: var(--sv-muted);
    font-weight: 500;
  }
  td:first-child {
    font-variant-numeric: tabular-nums;
    white-space: nowrap;
    color: var(--sv-muted);
  }
  tr.refused td:last-child,
  tr.rolled-back td:last-child,
  tr.drop td:last-child,
  tr.handshake-refused td:last-child {
    color: var(--sv-bad);
  }
  tr.failed td:last-child {
    color: var(--sv-warn);
  }
  .empty {
    padding: 28px;
    text-align: center;
    color: var(--sv-muted);
  }
`;
