import type { Faults } from '../faults/faults.js';
import { applySeed } from '../seed/apply-seed.js';
import { SEED_NAMES } from '../seed/read-seed.js';
import type { Coordinator } from '../state/coordinator.js';
import type { Capability } from '../state/default-grants.js';
import { RECONNECT_STRATEGIES, type ReconnectStrategy } from '../state/participants.js';
import {
  type Body,
  bool,
  type Fields,
  listOf,
  oneOf,
  optional,
  type Rule,
  readList,
  readText,
  record,
  required,
  text,
} from '../wire/validation.js';
import { explain } from './explain.js';
import { CALL_ID_LIST, mint } from './mint.js';

/** Something that `POST /_emulator/...` does. */
export interface Action {
  readonly path: string;
  readonly does: string;
  /** For the index: what each field of the body means. */
  readonly body: Readonly<Record<string, string>>;
  readonly fields: Fields;
  readonly run: (controls: Controls, body: Body) => unknown;
}

/** What an action may reach. */
export interface Controls {
  readonly coordinator: Coordinator;
  readonly faults: Faults;
}

const number: Rule = (value) => (typeof value === 'number' ? undefined : 'must be a number');
const userId = { user_id: optional(text(1024)) };
const USER_ID = { user_id: 'only this user; all when absent' };

function readNumber(body: Body, name: string): number | undefined {
  const value = body[name];
  return typeof value === 'number' ? value : undefined;
}

/** `{}` means on. */
function readSwitch(body: Body, name: string): boolean {
  return body[name] !== false;
}

/** What sets up or tells, and switches nothing. */
export const FURTHER_ACTIONS: readonly Action[] = [
  {
    path: '/seed',
    does: 'sets up users, roles, grants, call types and calls: a seed, laid over what there is, all or nothing',
    body: { users: 'and roles, grants, call_types, calls: as in GET /_emulator/snapshot' },
    // Looked at as a whole.
    fields: Object.fromEntries(Object.keys(SEED_NAMES).map((name) => [name, optional(() => undefined)])),
    run: ({ coordinator }, body) => applySeed(coordinator, body),
  },
  {
    path: '/explain',
    does: 'says what a token is, and whether it would be taken now; it is neither used nor kept',
    body: { token: 'the token' },
    fields: { token: required(text(16_384)) },
    run: ({ coordinator }, body) => explain(String(body.token), coordinator),
  },
];

export const ACTIONS: readonly Action[] = [
  {
    path: '/token',
    does: 'mints a token for development; off when the emulator was started with a secret of your own',
    body: {
      user_id: 'whose token; !anon with call_cids for an anonymous viewer',
      expires_in_seconds: 'its life; default --token-ttl; null for none',
      call_cids: 'the calls (type:id) that it opens',
      role: 'the role in those calls',
      claims: 'further claims',
    },
    fields: {
      user_id: required(text(1024, 1)),
      expires_in_seconds: optional(number),
      call_cids: optional(CALL_ID_LIST),
      role: optional(text(64)),
      claims: optional(record),
      // What `fetchTokenProvider` says; it changes nothing here.
      reason: optional(() => undefined),
    },
    run: ({ coordinator }, body) => mint(coordinator, body),
  },
  {
    path: '/faults/expire_tokens',
    does: 'refuses every token known so far as expired (401 / 40); later ones work',
    body: USER_ID,
    fields: userId,
    run: ({ faults }, body) => faults.expireTokens(readText(body, 'user_id')),
  },
  {
    path: '/faults/revoke',
    does: 'refuses every token known so far as revoked (401 / 40); later ones work',
    body: USER_ID,
    fields: userId,
    run: ({ faults }, body) => faults.revoke(readText(body, 'user_id')),
  },
  {
    path: '/faults/fail_next',
    does: 'fails the next requests',
    body: {
      count: 'how many; default 1',
      status: 'HTTP status; default 503',
      code: 'the coordinator’s code; default the usual one of the status',
      kind: 'error (default), reset, hang, truncate or html',
      method: 'only this method',
      path: 'only paths that contain this',
    },
    fields: {
      count: optional(number),
      status: optional(number),
      code: optional(number),
      kind: optional(text(16)),
      method: optional(text(16)),
      path: optional(text(255)),
    },
    run: ({ faults }, body) =>
      faults.failNext(readNumber(body, 'count') ?? 1, {
        status: readNumber(body, 'status'),
        code: readNumber(body, 'code'),
        kind: readText(body, 'kind') as 'error' | undefined,
        method: readText(body, 'method'),
        path: readText(body, 'path'),
      }),
  },
  {
    path: '/faults/latency',
    does: 'delays each answer and handshake',
    body: { ms: 'milliseconds; 0 ends it', jitter_ms: 'up to so many more' },
    fields: { ms: required(number), jitter_ms: optional(number) },
    run: ({ faults }, body) =>
      faults.latency({ ms: Number(body.ms), jitterMs: readNumber(body, 'jitter_ms') }),
  },
  {
    path: '/faults/drop_connections',
    does: 'ends open sockets',
    body: { code: 'the close code; the line is cut when absent or 1006', ...USER_ID },
    fields: { code: optional(number), ...userId },
    run: ({ faults }, body) =>
      faults.dropConnections(readNumber(body, 'code'), { userId: readText(body, 'user_id') }),
  },
  {
    path: '/faults/push_connection_error',
    does: 'sends connection.error to open sockets, then closes them',
    body: { code: 'the coordinator’s code', close: 'false leaves them open', ...USER_ID },
    fields: { code: required(number), close: optional(bool), ...userId },
    run: ({ faults }, body) =>
      faults.pushConnectionError(Number(body.code), {
        userId: readText(body, 'user_id'),
        close: readSwitch(body, 'close'),
      }),
  },
  {
    path: '/faults/reject_next',
    does: 'refuses the next handshakes',
    body: { code: 'the coordinator’s code', count: 'how many; default 1' },
    fields: { code: required(number), count: optional(number) },
    run: ({ faults }, body) => faults.rejectNext(Number(body.code), readNumber(body, 'count')),
  },
  {
    path: '/faults/skew_clock',
    does: 'moves the server’s clock, Date header included',
    body: { ms: 'ahead of the machine’s; negative is behind, 0 ends it' },
    fields: { ms: required(number) },
    run: ({ faults }, body) => faults.skewClock(Number(body.ms)),
  },
  {
    path: '/faults/freeze_clock',
    does: 'holds the server’s clock still',
    body: { at: 'epoch milliseconds; default now' },
    fields: { at: optional(number) },
    run: ({ faults }, body) => faults.freezeClock(readNumber(body, 'at')),
  },
  {
    path: '/faults/resume_clock',
    does: 'lets a frozen clock run on',
    body: {},
    fields: {},
    run: ({ faults }) => faults.resumeClock(),
  },
  {
    path: '/faults/limit_rates',
    does: 'limits the requests per user and endpoint (429 / 9)',
    body: { limit: 'requests per window; lifted when absent', window_ms: 'default 60000' },
    fields: { limit: optional(number), window_ms: optional(number) },
    run: ({ faults }, body) => {
      const limit = readNumber(body, 'limit');
      faults.limitRates(limit === undefined ? undefined : { limit, windowMs: readNumber(body, 'window_ms') });
    },
  },
  {
    path: '/faults/limit_sockets',
    does: 'limits the sockets per user (71)',
    body: { per_user: 'how many; lifted when absent' },
    fields: { per_user: optional(number) },
    run: ({ faults }, body) => faults.limitSockets(readNumber(body, 'per_user')),
  },
  {
    path: '/faults/disable_guests',
    does: 'refuses to create guests (403 / 17)',
    body: { disabled: 'false ends it' },
    fields: { disabled: optional(bool) },
    run: ({ faults }, body) => faults.disableGuests(readSwitch(body, 'disabled')),
  },
  {
    path: '/faults/disable_auth_checks',
    does: 'accepts unsigned and development tokens',
    body: { disabled: 'false ends it' },
    fields: { disabled: optional(bool) },
    run: ({ faults }, body) => faults.disableAuthChecks(readSwitch(body, 'disabled')),
  },
  {
    path: '/faults/cut_sockets_at_expiry',
    does: 'ends a socket with 40 when its token dies',
    body: { enabled: 'false ends it' },
    fields: { enabled: optional(bool) },
    run: ({ faults }, body) => faults.cutSocketsAtExpiry(readSwitch(body, 'enabled')),
  },
  {
    path: '/faults/set_grants',
    does: 'replaces what a role may do',
    body: { role: 'the role', call_type: 'a call type, or *', capabilities: 'names of own_capabilities' },
    fields: {
      role: required(text(64, 1)),
      call_type: optional(text(64)),
      capabilities: required(listOf(text(64))),
    },
    run: ({ faults }, body) =>
      faults.setGrants(
        String(body.role),
        readText(body, 'call_type') ?? '*',
        readList<Capability>(body, 'capabilities'),
      ),
  },
  {
    path: '/faults/drop_media',
    does: 'cuts the sockets to the media server; clients come back with their session',
    body: USER_ID,
    fields: userId,
    run: ({ faults }, body) => faults.dropMedia(readText(body, 'user_id')),
  },
  {
    path: '/faults/ask_to_reconnect',
    does: 'has the media server ask clients to reconnect',
    body: { strategy: 'fast, rejoin or migrate', ...USER_ID },
    fields: { strategy: required(oneOf(RECONNECT_STRATEGIES)), ...userId },
    run: ({ faults }, body) =>
      faults.askToReconnect(body.strategy as ReconnectStrategy, { userId: readText(body, 'user_id') }),
  },
  {
    path: '/faults/fill_media_server',
    does: 'lets nobody join the media server any more',
    body: { full: 'false ends it' },
    fields: { full: optional(bool) },
    run: ({ faults }, body) => faults.fillMediaServer(readSwitch(body, 'full')),
  },
  {
    path: '/faults/delay_media',
    does: 'delays each join and each answer of the media server',
    body: { ms: 'milliseconds; 0 ends it' },
    fields: { ms: required(number) },
    run: ({ faults }, body) => faults.delayMedia(Number(body.ms)),
  },
  {
    path: '/faults/reset',
    does: 'ends all faults',
    body: {},
    fields: {},
    run: ({ faults }) => faults.reset(),
  },
  {
    path: '/requests/clear',
    does: 'forgets the recorded requests',
    body: {},
    fields: {},
    run: ({ coordinator }) => coordinator.journal.clear(),
  },
];
