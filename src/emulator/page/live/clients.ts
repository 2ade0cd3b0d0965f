import { shown } from '../../../timeline/format.js';
import type { RecordedRequest } from '../../state/journal.js';
import type { LiveParticipant } from '../../state/live.js';
import type { LiveStore, SocketLife } from './store.js';

/** One client as the emulator can tell it from others: a user, and what the client calls itself. */
export interface ClientActivity {
  readonly key: string;
  readonly userId: string;
  readonly software: string;
  readonly requests: RecordedRequest[];
  readonly sockets: SocketLife[];
  /** On the media side of calls. */
  readonly participations: LiveParticipant[];
  readonly tokenIds: Set<number>;
}

const SERVER = 'back end';
const UNKNOWN = 'unknown';

function stringAt(record: Readonly<Record<string, unknown>> | undefined, name: string): string | undefined {
  const value = record?.[name];
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** Whom a request comes from; the claims and the query answer for one that was refused. */
export function userOf(request: RecordedRequest): string {
  const { userId, claims, query } = request;
  if (claims?.server === true) return SERVER;
  return userId ?? stringAt(claims, 'user_id') ?? stringAt(query, 'user_id') ?? UNKNOWN;
}

function softwareOf(text: string | undefined): string {
  return shown(text?.split('|')[0] ?? '', 60);
}

/** Sorts what the feed told by client, in the order of their first appearance. */
export function clientsOf({ requests, sockets, tokens, participations }: LiveStore): ClientActivity[] {
  const clients = new Map<string, ClientActivity>();
  const clientOf = (userId: string, software: string): ClientActivity => {
    const key = JSON.stringify([userId, software]);
    const known = clients.get(key);
    if (known !== undefined) return known;
    const client = {
      key,
      userId,
      software,
      requests: [],
      sockets: [],
      participations: [],
      tokenIds: new Set<number>(),
    };
    clients.set(key, client);
    return client;
  };
  for (const request of requests.values()) {
    const name = stringAt(request.headers, 'x-stream-client') ?? stringAt(request.query, 'X-Stream-Client');
    const client = clientOf(userOf(request), softwareOf(name));
    client.requests.push(request);
    if (request.tokenId !== undefined) client.tokenIds.add(request.tokenId);
  }
  for (const socket of sockets.values()) {
    const client = clientOf(socket.client.userId, softwareOf(socket.client.client));
    client.sockets.push(socket);
    if (socket.client.tokenId !== undefined) client.tokenIds.add(socket.client.tokenId);
  }
  adoptUnknown(clients);
  for (const one of participations.values()) {
    const own = [...clients.values()].filter(({ userId }) => userId === one.userId);
    (whoJoined(one, own) ?? clientOf(one.userId, '')).participations.push(one);
  }
  const used = new Set([...clients.values()].flatMap(({ tokenIds }) => [...tokenIds]));
  const firstOfUser = new Map([...clients.values()].reverse().map((client) => [client.userId, client]));
  for (const { id, userId } of tokens.values()) {
    if (used.has(id)) continue;
    // Minted, and not seen since: most likely on its way to the user's client.
    const client = firstOfUser.get(userId) ?? clientOf(userId, '');
    firstOfUser.set(userId, client);
    client.tokenIds.add(id);
  }
  return [...clients.values()];
}

/** Which client of the user asked to join the call last before that; the media server is not told. */
function whoJoined(
  { cid, joinedAt }: LiveParticipant,
  clients: ClientActivity[],
): ClientActivity | undefined {
  const path = `/call/${cid.replace(':', '/')}/join`;
  const askedAt = ({ requests }: ClientActivity) =>
    requests.findLast((one) => one.at <= joinedAt && one.path.endsWith(path))?.at ?? 0;
  return clients.toSorted((a, b) => askedAt(b) - askedAt(a))[0];
}

/** A request that a fault broke before its token was read belongs to the only client of that software, if it is. */
function adoptUnknown(clients: Map<string, ClientActivity>): void {
  for (const unknown of [...clients.values()].filter(({ userId }) => userId === UNKNOWN)) {
    const alike = [...clients.values()].filter(
      (client) => client !== unknown && client.software === unknown.software,
    );
    const [only] = alike;
    if (only === undefined || alike.length > 1) continue;
    only.requests.push(...unknown.requests);
    only.requests.sort((a, b) => a.id - b.id);
    clients.delete(unknown.key);
  }
}
