import type { Coordinator } from '../state/coordinator.js';
import type { LiveSnapshot } from '../state/live.js';
import { liveFaults, liveParticipant, liveToken } from '../state/live-view.js';

// What a page can still draw; the whole journal is at GET /_emulator/requests.
const SHOWN = 2000;

/** The state of an emulator as the live feed opens with it. */
export function liveSnapshot(coordinator: Coordinator): LiveSnapshot {
  const { apiKey, allowsMint, clock, connections, history, journal, participants, tokens } = coordinator;
  return {
    type: 'snapshot',
    now: clock.now(),
    apiKey,
    mintAllowed: allowsMint,
    clients: connections.all().map((connection) => connection.describe()),
    ended: history.ends,
    participants: participants.all().map(liveParticipant),
    left: history.left,
    tokens: tokens.latest(SHOWN).map(liveToken),
    requests: journal.latest(SHOWN),
    faults: liveFaults(coordinator),
    switches: history.switches,
  };
}
