import { duration, shown, shownJson, timeOfDay } from '../../../timeline/format.js';
import type { RecordedRequest } from '../../state/journal.js';
import type { LiveToken } from '../../state/live.js';
import { userOf } from '../live/clients.js';
import { answerOf, isFailure, meaningOf } from '../live/codes.js';
import type { LiveStore, SocketLife } from '../live/store.js';
import { claimsSection, lifeFacts } from './claims.js';
import { describeCall, describeUser } from './describe-inventory.js';
import { describeParticipation } from './describe-participation.js';
import type { Detail, DetailSection, Fact } from './detail.js';

/** Everything known about what an id of the time line stands for; undefined when it is no longer known. */
export function describe(id: string, store: LiveStore): Detail | undefined {
  const cut = id.indexOf(':');
  const key = id.slice(cut + 1);
  switch (id.slice(0, cut)) {
    case 'request':
      return found(store.requests.get(Number(key)), (request) => describeRequest(id, request, store));
    case 'token':
      return found(store.tokens.get(Number(key)), (token) => describeToken(id, token, store.now()));
    case 'socket':
    case 'drop':
      return found(store.sockets.get(key), (socket) => describeSocket(id, socket));
    case 'participation':
      return found(store.participations.get(key), (one) => describeParticipation(id, one, store.now()));
    case 'user':
      return found(
        store.inventory?.users.find((user) => user.id === key),
        (user) => describeUser(id, user),
      );
    case 'call':
      return found(
        store.inventory?.calls.find(({ cid }) => cid === key),
        (call) => describeCall(id, call),
      );
    case 'note':
      return found(
        store.notes.find((note) => String(note.id) === key),
        ({ at, text }) => ({
          id,
          title: 'Fault switched',
          label: text,
          tone: 'warn',
          summary: text,
          sections: [{ title: 'When', facts: [['time', timeOfDay(at, { withMs: true })]] }],
        }),
      );
    default:
      return undefined;
  }
}

function found<Thing>(thing: Thing | undefined, tell: (thing: Thing) => Detail): Detail | undefined {
  return thing === undefined ? undefined : tell(thing);
}

function describeRequest(id: string, request: RecordedRequest, store: LiveStore): Detail {
  const { kind, method, path, operation, query, headers, body, claims, tokenId } = request;
  const isBad = isFailure(request);
  const what = kind === 'socket' ? 'Handshake' : `${method} ${shown(path, 120)}`;
  const asked: Fact[] = [
    ['number', String(request.id)],
    ['operation', operation ?? 'none: no such endpoint'],
    ['user', shown(userOf(request))],
    ['auth type', shown(request.authType ?? 'none')],
    ['time', timeOfDay(request.at, { withMs: true })],
    ['connection', shown(request.connectionId ?? 'none')],
  ];
  const token = tokenId === undefined ? undefined : store.tokens.get(tokenId);
  const link = token === undefined ? undefined : { id: `token:${token.id}`, label: `Show token ${token.id}` };
  const sections: (DetailSection | undefined)[] = [
    { title: 'Asked', facts: asked },
    { title: 'Answered', facts: answerFacts(request) },
    claims === undefined ? undefined : claimsSection(claims, claimsTitle(tokenId), link),
    fields('Query', query),
    fields('Headers', headers),
    body === undefined
      ? undefined
      : { title: kind === 'socket' ? 'Auth frame' : 'Body', facts: [], text: shownJson(body) },
  ];
  return {
    id,
    title: what,
    label: `${what}, ${answerOf(request)}`,
    tone: isBad ? 'bad' : request.status === undefined ? 'neutral' : 'good',
    summary: summaryOf(request),
    sections: sections.filter((section) => section !== undefined),
  };
}

function claimsTitle(tokenId: number | undefined): string {
  return tokenId === undefined ? 'Token, decoded' : `Token ${tokenId}, decoded`;
}

function summaryOf(request: RecordedRequest): string {
  const { apiCode, fault, durationMs } = request;
  const after = durationMs === undefined ? '' : ` after ${duration(durationMs)}`;
  const why = apiCode === undefined ? '' : `: ${meaningOf(apiCode)}`;
  return `${answerOf(request)}${why}${after}${fault === undefined ? '' : `. Decided by a fault (${fault})`}`;
}

function answerFacts({ status, apiCode, message, durationMs, fault }: RecordedRequest): Fact[] {
  const facts: Fact[] = [['status', status === undefined ? 'none' : String(status)]];
  if (apiCode !== undefined) facts.push(['code', `${apiCode} (${meaningOf(apiCode)})`]);
  if (message !== undefined) facts.push(['message', shown(message, 400)]);
  if (durationMs !== undefined) facts.push(['took', duration(durationMs)]);
  if (fault !== undefined) facts.push(['fault', shown(fault)]);
  return facts;
}

function fields(title: string, record: Readonly<Record<string, string>>): DetailSection | undefined {
  const facts = Object.entries(record).map(([name, value]): Fact => [shown(name, 60), shown(value, 400)]);
  return facts.length === 0 ? undefined : { title, facts };
}

function describeToken(id: string, token: LiveToken, now: number): Detail {
  const { userId, claims, ended, expiresAt } = token;
  const isOver = ended !== undefined || (expiresAt !== undefined && expiresAt <= now);
  const state = ended ?? (isOver ? 'expired' : 'good to use');
  return {
    id,
    title: `Token ${token.id} of ${shown(userId, 80)}`,
    label: `Token ${token.id}`,
    tone: isOver ? 'bad' : 'good',
    summary: state === 'expired' && ended !== undefined ? 'expired on demand' : state,
    sections: [{ title: 'Life', facts: lifeFacts(token, now) }, claimsSection(claims, 'Claims, decoded')],
  };
}

function describeSocket(id: string, { client, until, code, by, apiCode }: SocketLife): Detail {
  const { connectionId, userId, product, tokenId, connectedAt, client: software } = client;
  const facts: Fact[] = [
    ['user', shown(userId)],
    ['connection', shown(connectionId)],
    ['product', product],
    ['client', shown(software ?? 'says nothing')],
    ['connected', timeOfDay(connectedAt, { withMs: true })],
  ];
  if (until !== undefined) {
    facts.push(
      ['ended', timeOfDay(until, { withMs: true })],
      ['by', String(by)],
      ['close code', String(code)],
    );
    facts.push(['lived', duration(until - connectedAt)]);
  }
  if (apiCode !== undefined) facts.push(['code', `${apiCode} (${meaningOf(apiCode)})`]);
  const link = tokenId === undefined ? undefined : { id: `token:${tokenId}`, label: `Show token ${tokenId}` };
  return {
    id,
    title: `Socket of ${shown(userId, 80)}`,
    label: 'Socket',
    tone: until === undefined ? 'good' : 'bad',
    summary: until === undefined ? 'open' : `ended by the ${by} with close code ${code}`,
    sections: [{ title: 'Socket', facts, link }],
  };
}
