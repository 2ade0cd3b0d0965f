import { render } from 'lit';
import { expect, test } from 'vitest';
import type { TimelineLane } from '../../src/timeline/data.js';
import { rowsOf } from '../../src/timeline/layout.js';
import { legend } from '../../src/timeline/legend.js';

function laneOf(kind: TimelineLane['kind'], more: Partial<TimelineLane> = {}): TimelineLane {
  const empty = { title: '', caption: '', state: '', isOver: false, bars: [], spans: [], marks: [] };
  return { id: kind, kind, ...empty, ...more };
}

function drawn(...lanes: TimelineLane[]): HTMLElement {
  const place = document.createElement('div');
  render(legend(lanes), place);
  return place;
}
const texts = (...lanes: TimelineLane[]) =>
  [...drawn(...lanes).querySelectorAll('li')].map(({ textContent }) => textContent.trim());

test.each(['client', 'session', 'faults'] as const)('each mark of a lane of kind %s is explained', (kind) => {
  const lane = laneOf(kind);
  const kinds = rowsOf(lane).flatMap((row) => row.kinds);
  expect(kinds.length).toBeGreaterThan(0);
  const place = drawn(lane);
  expect(kinds.filter((one) => place.querySelector(`.glyph.${one}`) === null)).toEqual([]);
});

test('a participation, its tracks and its reconnects are explained where there is one, and only there', () => {
  const participation = { id: 'p', label: '', title: '', from: 0, tracks: [], reconnects: [] };
  const words = ['in a call', 'microphone on', 'camera on', 'screen shared', 'reconnected to the call'];
  expect(texts(laneOf('client', { participations: [participation] }))).toEqual(expect.arrayContaining(words));
  for (const word of words) expect(texts(laneOf('client'))).not.toContain(word);
});

test('the lightning is explained where faults are drawn, and only there', () => {
  expect(texts(laneOf('client'), laneOf('faults'))).toContain('fault switched, or tokens ended');
  expect(texts(laneOf('client'))).not.toContain('fault switched, or tokens ended');
});
