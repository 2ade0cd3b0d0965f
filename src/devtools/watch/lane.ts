import type { StreamVideo } from 'stream-video-auth';
import type { TimelineBar, TimelineLane, TimelineMark } from '../../timeline/data.js';
import { duration, lifetime, shown, timeOfDay } from '../../timeline/format.js';
import type { ClientWatch } from './client-watch.js';
import type { Happening, Life, TokenLife } from './life.js';

/** Who a client is for, in a word. */
export function nameOf({ user }: StreamVideo): string {
  if (user.type === 'anonymous') return 'anonymous';
  // The coordinator puts a number of its own before the id that a guest asked for.
  return shown(user.type === 'guest' ? user.id.replace(/^guest-[\da-f-]{36}-/, '') : user.id, 60);
}

/** What kind of user a client is for, in words. */
export function kindOf({ user: { type } }: StreamVideo): string {
  return type === 'authenticated' ? 'signed in' : type === 'guest' ? 'guest' : 'viewer';
}

/** How the token is, in a word or two. */
export function statusOf({ present }: Life): string {
  if (present === undefined) return '';
  const { auth } = present;
  if (auth.status !== 'active') return auth.status.replace('_', ' ');
  if (auth.refreshing) return 'refreshing';
  return auth.phase ?? 'no token needed';
}

/** A client's life as a lane of the time line. */
export function laneOf({ client, life }: ClientWatch, id: string): TimelineLane {
  const { tokens, sockets, pauses, happenings, present } = life;
  return {
    id,
    kind: 'session',
    title: nameOf(client),
    caption: kindOf(client),
    state: [statusOf(life), present?.connection]
      .filter((text) => text !== undefined && text !== '')
      .join(', '),
    isOver: false,
    bars: tokens.map((token, index) => barOf(token, index)),
    spans: sockets.map(({ from, until }, index) => ({
      id: `socket:${index}:${from}`,
      title: `Socket since ${timeOfDay(from)}, ${until === undefined ? 'open' : `closed ${timeOfDay(until)}`}`,
      from,
      until,
    })),
    marks: happenings.map(markOf).filter((mark) => mark !== undefined),
    bands: pauses.map(({ kind: band, why, from, until }, index) => {
      const label = band === 'suspension' ? 'suspended' : `${band} ${duration((until ?? from) - from)}`;
      const end = until === undefined ? 'on, until the app steps in' : `to ${timeOfDay(until)}`;
      const title = `${label}: ${why}, from ${timeOfDay(from)} ${end}`;
      return { id: `pause:${index}:${from}`, kind: band, label, title, from, until };
    }),
  };
}

function barOf({ generation, from, until, end, ...token }: TokenLife, index: number): TimelineBar {
  const { expiresAt, advisoryAt, mandatoryAt, acceptedAt } = token;
  const life = expiresAt === undefined ? '' : ` · ${lifetime(expiresAt - from)}`;
  const isCut = end !== undefined && end !== 'replaced';
  const last = Math.min(until ?? Number.POSITIVE_INFINITY, expiresAt ?? Number.POSITIVE_INFINITY);
  const label = `#${generation}${life}`;
  return {
    id: `token:${index}:${from}`,
    label,
    title: [
      `${label}: token of generation ${generation}, in use from ${timeOfDay(from)}`,
      until === undefined ? 'in use' : `${end} ${timeOfDay(until)}`,
      expiresAt === undefined ? 'no known expiry' : `expires ${timeOfDay(expiresAt)}`,
      acceptedAt === undefined ? 'not accepted by the server' : `accepted ${timeOfDay(acceptedAt)}`,
    ].join(', '),
    from,
    until: Number.isFinite(last) ? last : undefined,
    advisoryAt,
    mandatoryAt,
    isRefresh: index > 0,
    isEndedEarly: isCut,
  };
}

function markOf({ id, at, kind, what }: Happening): TimelineMark | undefined {
  if (kind === 'note') return undefined;
  return { id: `mark:${id}`, kind, at, title: `${what}, ${timeOfDay(at)}` };
}
