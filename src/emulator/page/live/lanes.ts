import { ANONYMOUS_ID } from '../../../shared/token-format.js';
import type {
  TimelineBar,
  TimelineLane,
  TimelineMark,
  TimelineMarkKind,
  TimelineParticipation,
  TimelineSpan,
  TimelineTrackKind,
} from '../../../timeline/data.js';
import { lifetime, shown, timeOfDay } from '../../../timeline/format.js';
import type { RecordedRequest } from '../../state/journal.js';
import type { LiveParticipant, LiveToken, LiveTrack } from '../../state/live.js';
import { type ClientActivity, clientsOf } from './clients.js';
import { answerOf, isFailure, isTokenRefusal, meaningOf } from './codes.js';
import { trackName } from './participant-name.js';
import { type Presence, presenceOf, RANK } from './presence.js';
import { replaysOf } from './replays.js';
import { type FaultNote, type LiveStore, participationKey, type SocketLife } from './store.js';

const BACK_DATED_MS = 6000;

/** The lanes of the time line: what was switched, then a lane per client. */
export function lanesOf(store: LiveStore): TimelineLane[] {
  return [
    ...(store.notes.length === 0 ? [] : [faultLane(store.notes)]),
    ...clientsOf(store)
      .map((client) => ({ client, presence: presenceOf(client, store) }))
      .sort((a, b) => RANK[a.presence] - RANK[b.presence])
      .map(({ client, presence }) => clientLane(client, presence, store)),
  ];
}

function faultLane(notes: readonly FaultNote[]): TimelineLane {
  return {
    id: 'faults',
    kind: 'faults',
    title: 'Emulator',
    caption: '',
    state: '',
    isOver: false,
    bars: [],
    spans: [],
    marks: notes.map(({ id, at, text }) => ({
      id: `note:${id}`,
      kind: 'fault',
      at,
      title: `${text}, ${timeOfDay(at)}`,
    })),
  };
}

function clientLane(client: ClientActivity, presence: Presence, store: LiveStore): TimelineLane {
  const { tokens } = store;
  const { key, userId, requests, sockets, participations } = client;
  const replays = replaysOf(requests);
  const lived = [...client.tokenIds].map((id) => tokens.get(id)).filter((token) => token !== undefined);
  return {
    id: key,
    kind: 'client',
    title: userId === ANONYMOUS_ID ? 'anonymous' : shown(userId, 60),
    caption: client.software,
    state: [stateOf(client, presence), ...mediaOf(participations)].join(', '),
    isOver: presence === 'over',
    bars: lived
      .sort((a, b) => a.firstSeenAt - b.firstSeenAt || a.id - b.id)
      .map((token, index) => barOf(token, index > 0)),
    spans: sockets.map(spanOf),
    participations: participations.map(participationOf),
    marks: [
      ...requests.map((request) => requestMark(request, replays.get(request.id))),
      ...sockets.filter(({ until }) => until !== undefined).map(dropMark),
    ],
  };
}

function stateOf({ sockets }: ClientActivity, presence: Presence): string {
  const open = sockets.filter(({ until }) => until === undefined).length;
  const last = sockets.at(-1)?.until;
  if (presence === 'over') return last === undefined ? 'idle' : `ended ${timeOfDay(last)}`;
  if (open === 0) return 'no socket';
  return open === 1 ? 'connected' : `${open} sockets`;
}

/** What the client sends on the media side of calls, if it is there. */
function mediaOf(participations: readonly LiveParticipant[]): string[] {
  const present = participations.filter(({ leftAt }) => leftAt === undefined);
  if (present.length === 0) return [];
  const tracks = new Set(present.flatMap(({ tracks }) => tracks));
  return tracks.size === 0 ? ['in a call'] : [...tracks].map(trackName);
}

const LINES: Readonly<Record<LiveTrack['kind'], TimelineTrackKind>> = {
  audio: 'audio',
  video: 'video',
  screenshare: 'screen',
  // A screen is shared with its sound or without; one line tells of both.
  screenshare_audio: 'screen',
};

function participationOf(participant: LiveParticipant): TimelineParticipation {
  const { cid, joinedAt, trackTimes, reconnects, leftAt } = participant;
  return {
    id: `participation:${participationKey(participant)}`,
    label: shown(cid, 60),
    title: participationTitle(participant),
    from: joinedAt,
    until: leftAt,
    tracks: trackTimes.map(({ kind, from, until }) => ({ kind: LINES[kind], from, until })),
    reconnects: reconnects.map(({ at }) => at),
  };
}

/** `In default:standup since 12:00:01, audio, video, reconnected once`. */
function participationTitle({
  cid,
  joinedAt,
  tracks,
  reconnects,
  leftAt,
  leftBecause,
}: LiveParticipant): string {
  const now = tracks.length === 0 ? 'no track' : tracks.map(trackName).join(', ');
  const end = leftAt === undefined ? now : `${leftBecause} ${timeOfDay(leftAt)}`;
  const times = reconnects.length === 1 ? 'once' : `${reconnects.length} times`;
  const back = reconnects.length === 0 ? '' : `, reconnected ${times}`;
  return `In ${shown(cid, 80)} since ${timeOfDay(joinedAt)}, ${end}${back}`;
}

function barOf(token: LiveToken, isRefresh: boolean): TimelineBar {
  const { id, userId, firstSeenAt, issuedAt, expiresAt, advisoryAt, mandatoryAt, ended, endedAt } = token;
  // Issuers date tokens back by some seconds; what was first seen then began then.
  const isBackDated = issuedAt === undefined || firstSeenAt - issuedAt < BACK_DATED_MS;
  const from = isBackDated ? firstSeenAt : issuedAt;
  const life = expiresAt === undefined ? 'no expiry' : lifetime(expiresAt - from);
  const end = ended === undefined ? '' : `, ${ended === 'revoked' ? 'revoked' : 'expired on demand'}`;
  const until = expiresAt === undefined ? endedAt : Math.min(expiresAt, endedAt ?? expiresAt);
  const expiry = expiresAt === undefined ? '' : `, expires ${timeOfDay(expiresAt)}`;
  return {
    id: `token:${id}`,
    label: `#${id} · ${life}`,
    // What is written in the bar is part of it, in this order.
    title: `Token ${id}, ${life}, of ${shown(userId, 60)}${isRefresh ? ', a refresh' : ''}${expiry}${end}`,
    from,
    until,
    advisoryAt,
    mandatoryAt,
    isRefresh,
    isEndedEarly: ended !== undefined,
  };
}

function spanOf({ client, until }: SocketLife): TimelineSpan {
  const { connectionId, connectedAt, product } = client;
  const end = until === undefined ? 'open' : `closed ${timeOfDay(until)}`;
  return {
    id: `socket:${connectionId}`,
    title: `Socket (${product}) since ${timeOfDay(connectedAt)}, ${end}`,
    from: connectedAt,
    until,
  };
}

function dropMark({ client, until = 0, code, by }: SocketLife): TimelineMark {
  return {
    id: `drop:${client.connectionId}`,
    kind: 'drop',
    at: until,
    title: `Socket ended by the ${by}, code ${code}, ${timeOfDay(until)}`,
  };
}

function requestMark(request: RecordedRequest, replayOf: number | undefined): TimelineMark {
  return {
    id: `request:${request.id}`,
    kind: kindOf(request, replayOf),
    at: request.at,
    title: titleOf(request, replayOf),
  };
}

function kindOf(request: RecordedRequest, replayOf: number | undefined): TimelineMarkKind {
  if (request.kind === 'socket' && request.status !== undefined) {
    return isFailure(request) ? 'handshake-refused' : 'handshake';
  }
  if (isTokenRefusal(request)) return 'refused';
  if (isFailure(request)) return 'failed';
  if (request.status === undefined) return 'pending';
  return replayOf === undefined ? 'request' : 'replay';
}

/** What a request came to, in a line. */
export function titleOf(request: RecordedRequest, replayOf?: number): string {
  const { kind, method, path, apiCode, at } = request;
  const what = kind === 'socket' ? 'Handshake' : `${method} ${shown(path, 80)}`;
  const word = isFailure(request)
    ? kind === 'socket' || isTokenRefusal(request)
      ? 'Refused: '
      : 'Failed: '
    : replayOf === undefined
      ? ''
      : `Replay of ${replayOf}: `;
  const why = apiCode === undefined ? '' : ` (${meaningOf(apiCode)})`;
  return `${word}${what}, ${answerOf(request)}${why}, ${timeOfDay(at)}`;
}
