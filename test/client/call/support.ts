import { type Call, StreamVideo } from 'stream-video-auth';
import {
  answer,
  FakeCoordinator,
  type FakeSocket,
  fakeWebSockets,
  type SeenRequest,
} from '../../support/fake-coordinator.js';
import { freshToken } from '../../support/tokens.js';
import { settle } from '../../support/virtual.js';

export const BASE_URL = 'https://coordinator.test';

export interface World {
  readonly client: StreamVideo;
  readonly coordinator: FakeCoordinator;
  readonly sockets: FakeSocket[];
  /** The requests to this path, below `/video`. */
  to(path: string, method?: string): SeenRequest[];
  /** An event of the coordinator through the live socket. */
  hear(event: object): void;
  connect(connectionId?: string): Promise<void>;
  /** The network ends the live socket; the next one succeeds. */
  drop(): Promise<void>;
  /** The handshake of the newest socket. */
  shake(connectionId: string): Promise<void>;
}

/** A client with no network: the test speaks for the coordinator. `CID` is what most tests call. */
export function world(options: object = {}): World {
  const coordinator = new FakeCoordinator();
  const { sockets, WebSocket } = fakeWebSockets();
  const client = new StreamVideo({
    apiKey: 'key',
    baseUrl: BASE_URL,
    user: { id: 'martin' },
    token: freshToken('martin', 3600),
    fetch: coordinator.fetch,
    WebSocket,
    logger: 'silent',
    ...options,
  } as never);
  const socket = () => sockets.at(-1) as FakeSocket;
  const shake = async (connectionId: string) => {
    await settle();
    socket().open();
    await settle();
    socket().ok(client.user.id, connectionId);
    await settle();
  };
  return {
    client,
    coordinator,
    sockets,
    to: (path, method) =>
      coordinator.requests.filter(
        ({ url, method: used }) => url.pathname === `/video${path}` && (!method || method === used),
      ),
    hear: (event) => socket().receive(event),
    async connect(connectionId = 'connection-1') {
      const connecting = client.connect();
      await shake(connectionId);
      await connecting;
    },
    async drop() {
      socket().end(1006);
      await settle();
    },
    shake,
  };
}

export const at = (seconds: number): string => new Date(Date.UTC(2026, 2, 2, 10, 0, seconds)).toISOString();

export function user(id: string): object {
  return { id, role: 'user', teams: [], custom: {} };
}

export function member(id: string, fields: object = {}): object {
  return { user_id: id, user: user(id), custom: {}, created_at: at(0), updated_at: at(0), ...fields };
}

export function callData(fields: object = {}): Record<string, unknown> {
  return {
    type: 'default',
    id: '1',
    cid: 'default:1',
    created_by: user('martin'),
    current_session_id: '',
    backstage: false,
    blocked_user_ids: [],
    custom: {},
    settings: {},
    ...fields,
  };
}

export function session(id: string, fields: object = {}): object {
  return {
    id,
    participants: [],
    participants_count_by_role: {},
    anonymous_participant_count: 0,
    accepted_by: {},
    rejected_by: {},
    missed_by: {},
    ...fields,
  };
}

export function envelope(
  fields: { call?: object; members?: object[]; [field: string]: unknown } = {},
): object {
  const { call = {}, members = [member('martin')], ...more } = fields;
  return { call: callData(call), members, own_capabilities: ['join-call'], duration: '1ms', ...more };
}

export const credentials = { token: 'media-secret', server: { edge_name: 'e' }, ice_servers: [] };

export const joined = (fields: object = {}) => envelope({ created: false, credentials, ...fields });

export const bodyOf = (request: SeenRequest | undefined): Record<string, unknown> =>
  JSON.parse(String(request?.body ?? 'null'));

/** Answers that the test gives when it likes, in the order of the requests. */
export function later() {
  const waiting: ((response: Response) => void)[] = [];
  return {
    respond: () => new Promise<Response>((resolve) => waiting.push(resolve)),
    async give(data: object | Response = joined()) {
      waiting.shift()?.(data instanceof Response ? data : answer(data));
      await settle();
    },
    get pending() {
      return waiting.length;
    },
  };
}

export const statesOf = (call: Call): { joined: boolean; watched: boolean; ringing: boolean } => {
  const { joined: isJoined, watched, ringing } = call.state;
  return { joined: isJoined, watched, ringing };
};
