// The life that the README's picture shows: three tokens of one user, with an expiry, a revocation and a lost socket.
import { windowsFor } from '../../src/client/token/refresh-windows.js';
import type { TimelineBar, TimelineData, TimelineMark, TimelineSpan } from '../../src/timeline/data.js';

const START = Date.UTC(2026, 0, 5, 9, 0, 0);
const LIFE_S = 60;
/** Shows as the present: most of the picture lies before it. */
export const NOW_S = 132;

const at = (seconds: number) => START + seconds * 1000;

function bar(id: string, fromS: number, endedAtS?: number): TimelineBar {
  const { advisoryMs, mandatoryMs } = windowsFor(LIFE_S * 1000);
  const end = at(fromS + LIFE_S);
  return {
    id,
    label: `token ${id}`,
    title: `token ${id}`,
    from: at(fromS),
    until: endedAtS === undefined ? end : at(endedAtS),
    advisoryAt: end - advisoryMs,
    mandatoryAt: end - mandatoryMs,
    isRefresh: id !== '1',
    isEndedEarly: endedAtS !== undefined,
  };
}

let count = 0;
function mark(kind: TimelineMark['kind'], atS: number): TimelineMark {
  count += 1;
  return { id: `mark-${count}`, kind, at: at(atS), title: kind };
}

function span(fromS: number, untilS?: number): TimelineSpan {
  return {
    id: `span-${fromS}`,
    title: 'socket',
    from: at(fromS),
    ...(untilS === undefined ? {} : { until: at(untilS) }),
  };
}

const REQUESTS_S = [7, 15, 22, 31, 44, 52, 60, 68, 74, 99, 107, 116, 125];

export const LIFE: TimelineData = {
  now: at(NOW_S),
  isRunning: false,
  lanes: [
    {
      id: 'martin',
      kind: 'client',
      title: 'martin',
      caption: 'signed in',
      state: 'connected',
      isOver: false,
      bars: [bar('1', 2), bar('2', 48, 85), bar('3', 86)],
      spans: [span(4, 104), span(109)],
      marks: [
        mark('handshake', 4),
        ...REQUESTS_S.map((seconds) => mark('request', seconds)),
        mark('refused', 85),
        mark('replay', 88),
        mark('drop', 104),
        mark('handshake', 109),
      ],
    },
  ],
};
