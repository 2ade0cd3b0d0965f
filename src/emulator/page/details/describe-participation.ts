import { duration, shown, timeOfDay } from '../../../timeline/format.js';
import type { LiveParticipant, LiveTrack } from '../../state/live.js';
import { participantName, trackName } from '../live/participant-name.js';
import type { Detail, DetailSection, Fact } from './detail.js';

const RECONNECTS: Readonly<Record<string, string>> = {
  fast: 'with its session',
  rejoin: 'with a new session',
  migrate: 'over another media server',
};

/** Why a client is gone of its own accord. */
const BY_ITSELF = new Set<string | undefined>(['left', 'joined again']);

export function describeParticipation(id: string, participant: LiveParticipant, now: number): Detail {
  const { cid, sessionId, role, joinedAt, tracks, trackTimes, reconnects, leftAt, leftBecause } = participant;
  const facts: Fact[] = [
    ['who', participantName(participant)],
    ['call', shown(cid, 100)],
    ['role', shown(role)],
    ['session', shown(sessionId)],
    ['joined', timeOfDay(joinedAt, { withMs: true })],
  ];
  if (leftAt !== undefined) facts.push(['left', timeOfDay(leftAt, { withMs: true })]);
  facts.push(['lasted', duration((leftAt ?? now) - joinedAt)]);
  const sections: DetailSection[] = [{ title: 'In the call', facts }];
  if (trackTimes.length > 0) sections.push({ title: 'Tracks', facts: trackTimes.map(trackFact) });
  if (reconnects.length > 0) {
    const times = reconnects.map(
      ({ at, strategy }): Fact => [
        timeOfDay(at, { withMs: true }),
        `${strategy}: ${RECONNECTS[strategy] ?? ''}`,
      ],
    );
    sections.push({ title: 'Reconnects', facts: times });
  }
  const isThere = leftAt === undefined;
  const sends = tracks.length === 0 ? 'sends nothing' : `sends ${tracks.map(trackName).join(', ')}`;
  return {
    id,
    title: `${participantName(participant)} in ${shown(cid, 100)}`,
    label: `In ${shown(cid, 60)}`,
    tone: isThere ? 'good' : BY_ITSELF.has(leftBecause) ? 'neutral' : 'bad',
    summary: isThere ? `there, ${sends}` : shown(leftBecause ?? 'left'),
    sections,
  };
}

function trackFact({ kind, from, until }: LiveTrack): Fact {
  const end = until === undefined ? 'on' : `to ${timeOfDay(until)}, ${duration(until - from)}`;
  return [trackName(kind), `from ${timeOfDay(from)}, ${end}`];
}
