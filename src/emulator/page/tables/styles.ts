import { css } from 'lit';

export const tableStyles = css`
  :host {
    background: var(--sv-surface);
    border: 1px solid var(--sv-line);
    border-radius: 10px;
  }
  .scroll {
    overflow: auto;
    max-height: 70vh;
    border-radius: 0 0 10px 10px;
  }
  .bar {
    display: flex;
    flex-wrap: wrap;
    gap: 8px;
    align-items: center;
    padding: 8px 12px;
    border-bottom: 1px solid var(--sv-line);
    color: var(--sv-muted);
    font-size: 13px;
  }
  .bar label {
    display: flex;
    gap: 6px;
    align-items: center;
  }
  table {
    border-collapse: collapse;
    width: 100%;
    font-size: 13px;
  }
  th,
  td {
    text-align: start;
    padding: 5px 10px;
    border-bottom: 1px solid var(--sv-grid);
    vertical-align: top;
  }
  th {
    position: sticky;
    top: 0;
    background: var(--sv-surface);
    color: var(--sv-muted);
    font-weight: 600;
    font-size: 12px;
    white-space: nowrap;
  }
  td.number {
    font-variant-numeric: tabular-nums;
    white-space: nowrap;
  }
  td.path {
    font-family: var(--sv-mono);
    font-size: 12px;
    overflow-wrap: anywhere;
    min-width: 180px;
  }
  td button {
    border: 0;
    background: none;
    padding: 0 2px;
    min-height: 24px;
    color: var(--sv-accent);
    font-variant-numeric: tabular-nums;
  }
  td button:hover {
    text-decoration: underline;
  }
  tbody tr {
    cursor: pointer;
  }
  tbody tr:hover td {
    background: var(--sv-sunken);
  }
  tr.bad td.answer {
    color: var(--sv-bad);
    font-weight: 600;
  }
  tr.current td {
    background: color-mix(in srgb, var(--sv-accent) 11%, transparent);
  }
  .empty {
    padding: 30px 20px;
    text-align: center;
    color: var(--sv-muted);
  }
`;
