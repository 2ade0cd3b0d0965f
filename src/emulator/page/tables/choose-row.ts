import type { TimelineSelection } from '../../../timeline/data.js';

/** Reports that a row was chosen, by its button or anywhere on it; text that is being selected is left alone. */
export function chooseRow(table: HTMLElement, id: string): void {
  if (window.getSelection()?.type === 'Range') return;
  const detail: TimelineSelection = { laneId: '', ids: [id] };
  table.dispatchEvent(new CustomEvent('timeline-select', { detail, bubbles: true, composed: true }));
}
