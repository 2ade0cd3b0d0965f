import { css } from 'lit';

export const faultStyles = css`
  :host {
    background: var(--sv-surface);
    border: 1px solid var(--sv-line);
    border-radius: 10px;
    container-type: inline-size;
  }
  details + details {
    border-top: 1px solid var(--sv-line);
  }
  summary {
    padding: 10px 14px;
    font-weight: 600;
    cursor: pointer;
    border-radius: 10px;
  }
  form {
    padding: 8px 14px 12px;
  }
  form + form {
    border-top: 1px dashed var(--sv-line);
  }
  h3 {
    font-size: 13px;
    font-weight: 600;
  }
  .note {
    color: var(--sv-muted);
    font-size: 12.5px;
  }
  .fields {
    display: grid;
    grid-template-columns: repeat(2, minmax(0, 1fr));
    gap: 6px 8px;
    margin-top: 6px;
    align-items: end;
  }
  label {
    display: grid;
    gap: 2px;
    font-size: 12px;
    color: var(--sv-muted);
  }
  label.wide {
    grid-column: 1 / -1;
  }
  label.check {
    display: flex;
    gap: 7px;
    align-items: center;
    min-height: 30px;
    font-size: 13px;
  }
  .buttons {
    display: flex;
    flex-wrap: wrap;
    gap: 6px;
    align-items: center;
    margin-top: 8px;
  }
  output {
    font-size: 12.5px;
    overflow-wrap: anywhere;
    min-width: 0;
  }
  .good {
    color: var(--sv-good);
  }
  .bad {
    color: var(--sv-bad);
  }
  @container (min-width: 520px) {
    .fields {
      grid-template-columns: repeat(4, minmax(0, 1fr));
    }
    label.wide {
      grid-column: span 2;
    }
  }
`;
