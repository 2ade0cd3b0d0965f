import fc from 'fast-check';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Answer } from '../../../src/emulator/http/host.js';
import { MediaServer } from '../../../src/emulator/media/media-server.js';
import { RPC, type RpcName, SFU_EVENT, SFU_REQUEST } from '../../../src/emulator/media/messages.js';
import { PairedTransport } from '../../../src/emulator/media/paired-transport.js';
import { createRpcApp } from '../../../src/emulator/media/rpc.js';
import { decode, encode, type Message } from '../../../src/emulator/media/wire-format.js';
import { createCoordinator } from '../../../src/emulator/options.js';
import type { Peer, SocketEvents } from '../../../src/emulator/sockets/peer.js';
import { RPC_PATH } from '../../../src/emulator/wire/media-paths.js';

/** A media server with its doors, without a network: whatever comes must end in an answer or a close. */
class Door {
  readonly coordinator = createCoordinator({}, { hasMedia: true });
  readonly media = new MediaServer(this.coordinator, () => new PairedTransport(this.coordinator.timers));
  readonly surprises: unknown[] = [];
  readonly #rpc = createRpcApp(this.media);

  constructor() {
    const { surprises } = this;
    Object.defineProperty(this.coordinator, 'surprised', {
      value: (error: unknown) => surprises.push(error),
    });
    const { callTypes } = this.coordinator;
    const type = callTypes.find('default');
    if (type === undefined) throw new Error('there is no type of this name');
    this.coordinator.calls.create(type, 'standup', 'mara');
  }

  token(userId: string, more: object = {}): Promise<string> {
    this.coordinator.users.upsert(userId, {});
    const exp = Math.floor(Date.now() / 1000) + 600;
    return this.coordinator.tokens.signForMedia({
      user_id: userId,
      call_cid: 'default:standup',
      exp,
      ...more,
    });
  }

  open(): { socket: SocketEvents; said: Uint8Array[]; ends: number[] } {
    const said: Uint8Array[] = [];
    const ends: number[] = [];
    const peer: Peer = {
      send: (data) => said.push(data as Uint8Array),
      close: (code) => ends.push(code),
      cut: () => ends.push(0),
      bufferedBytes: () => 0,
    };
    return { socket: this.media.openSocket(peer), said, ends };
  }

  readonly #said = new Map<SocketEvents, Uint8Array[]>();

  heardBy(socket: SocketEvents) {
    return (this.#said.get(socket) ?? []).map((one) => decode(SFU_EVENT, one));
  }

  async join(userId: string): Promise<SocketEvents> {
    const { socket, said } = this.open();
    this.#said.set(socket, said);
    socket.receive(
      encode(SFU_REQUEST, { joinRequest: { token: await this.token(userId), sessionId: userId } }),
    );
    while (!hasJoined(said)) await turns(1);
    return socket;
  }

  async call(
    method: string,
    body: Uint8Array,
    contentType: string,
    token?: string,
  ): Promise<Response | Answer> {
    const path = `${RPC_PATH}/stream.video.sfu.signal.SignalServer/${method}`;
    const answers: Answer[] = [];
    const headers: Record<string, string> = { 'content-type': contentType };
    if (token !== undefined) headers.authorization = `Bearer ${token}`;
    const response = await this.#rpc.fetch(
      new Request(`http://127.0.0.1${path}`, { method: 'POST', headers }),
      {
        body: async () => body,
        respond: (answer) => {
          answers.push(answer);
          return new Response();
        },
        cut: () => {},
      },
    );
    return answers[0] ?? response;
  }
}

const turns = async (count: number) => {
  for (let turn = 0; turn < count; turn += 1) await new Promise((resolve) => setImmediate(resolve));
};

const hasJoined = (said: readonly Uint8Array[]) =>
  said.some((one) => decode(SFU_EVENT, one).joinResponse !== undefined);

let door: Door;

beforeEach(() => {
  door = new Door();
});

afterEach(() => {
  door.coordinator.stop();
  expect(door.surprises).toEqual([]);
});

const SDP = ['v=0', 'm=audio 9 UDP/TLS/RTP/SAVPF 96', 'a=mid:0', 'a=sendonly', 'a=ice-ufrag:x', ''].join(
  '\r\n',
);
const ENDLESS = new Uint8Array(64).fill(0x80);

/** What a client that means well sends. */
const MEANT: Readonly<Record<RpcName, object>> = {
  SetPublisher: {
    sdp: SDP,
    sessionId: 'mara',
    tracks: [{ trackId: 'a', trackType: 1, mid: '0', muted: false }],
  },
  SendAnswer: { peerType: 1, sdp: SDP, sessionId: 'mara', negotiationId: 1 },
  IceTrickle: {
    peerType: 0,
    iceCandidate: '{"candidate":"candidate:1 1 udp 1 1.1.1.1 1 typ host"}',
    sessionId: 'mara',
  },
  UpdateSubscriptions: { sessionId: 'mara' },
  UpdateMuteStates: { sessionId: 'mara', muteStates: [{ trackType: 1, muted: true }] },
  IceRestart: { sessionId: 'mara', peerType: 1 },
  SendStats: { sessionId: 'mara' },
  SendMetrics: { sessionId: 'mara' },
  StartNoiseCancellation: { sessionId: 'mara' },
  StopNoiseCancellation: { sessionId: 'mara' },
};
const NAMES = Object.keys(RPC) as RpcName[];
const bytesOf = (name: RpcName) => encode(RPC[name].request as Message, MEANT[name]);
const jsonOf = (value: unknown) => new TextEncoder().encode(JSON.stringify(value) ?? '');

/** At each place of the bytes: cut off there, one byte another, something put in between. */
function* spoilt(bytes: Uint8Array): Generator<Uint8Array> {
  for (let at = 0; at <= bytes.byteLength; at += 1) {
    yield bytes.slice(0, at);
    yield new Uint8Array([...bytes.slice(0, at), ...ENDLESS, ...bytes.slice(at)]);
    // An unknown field, one of a wire type that is gone, and a length beyond the end.
    for (const put of [[0xf8, 0x07, 1], [0x0b], [0x7a, 0xff, 0xff, 0xff, 0xff, 0x7f]])
      yield new Uint8Array([...bytes.slice(0, at), ...put, ...bytes.slice(at)]);
    for (const bits of [0x01, 0x04, 0x80, 0xff]) {
      const other = bytes.slice();
      other[at] = (other[at] ?? 0) ^ bits;
      yield other;
    }
  }
}

/** JSON with something else in the place of each value, at each depth. */
function* otherValues(value: unknown): Generator<unknown> {
  for (const other of [null, 1, -1, 1e308, 'x', '', true, [], {}, [[]], [null], { sdp: 1 }]) yield other;
  if (typeof value !== 'object' || value === null) return;
  for (const key of Object.keys(value))
    for (const other of otherValues((value as Record<string, unknown>)[key]))
      yield Array.isArray(value) ? Object.assign([...value], { [key]: other }) : { ...value, [key]: other };
}

test.each(NAMES)('%s: spoilt bytes and spoilt JSON are answered in the protocol’s form', async (name) => {
  await door.join('mara');
  const token = await door.token('mara');
  const statuses = new Map<number, number>();
  const note = ({ status }: { status: number }) => {
    statuses.set(status, (statuses.get(status) ?? 0) + 1);
  };
  for (const bytes of spoilt(bytesOf(name)))
    note(await door.call(name, bytes, 'application/protobuf', token));
  for (const value of otherValues(MEANT[name]))
    note(await door.call(name, jsonOf(value), 'application/json', token));
  const json = jsonOf(MEANT[name]);
  for (let at = 0; at < json.byteLength; at += 1)
    note(await door.call(name, json.slice(0, at), 'application/json', token));
  expect([...statuses.keys()].sort()).toEqual([200, 400]);
});

test.each(NAMES)(
  '%s: before a join, after the leave, with a token of somebody else or none',
  async (name) => {
    const [mara, theo] = [await door.token('mara'), await door.token('theo')];
    const TOKENS: [string | undefined, number][] = [
      [mara, 200],
      [theo, 200],
      [undefined, 401],
      ['nonsense', 401],
      [await door.token('mara', { exp: 1 }), 401],
      [await door.token('mara', { call_cid: 'default:gone' }), 200],
      [await door.token('mara', { call_cid: null }), 200],
      [await door.coordinator.tokens.mint('mara', 600), 401],
    ];
    const askAll = async () => {
      for (const [token, status] of TOKENS) {
        const answer = await door.call(name, jsonOf(MEANT[name]), 'application/json', token);
        expect(answer.status).toBe(status);
      }
    };
    await askAll();
    const socket = await door.join('mara');
    await askAll();
    socket.receive(encode(SFU_REQUEST, { leaveCallRequest: { sessionId: 'mara' } }));
    socket.receive(encode(SFU_REQUEST, { leaveCallRequest: { sessionId: 'mara' } }));
    await askAll();
    socket.closed(1000);
    await askAll();
  },
);

test.each(['SetPublisher', 'UpdateMuteStates'] as const)(
  '%s: a list without end tells the others once of each track, and what it says last counts',
  async (name) => {
    await door.join('mara');
    const other = await door.join('theo');
    const token = await door.token('mara');
    // The second one is off at the end, as it was before.
    const list = [1, 2, 3].flatMap((trackType) =>
      Array.from({ length: 1_000 }, (_, index) => ({
        trackType,
        muted: index % 2 === (trackType === 2 ? 1 : 0),
        mid: '0',
      })),
    );
    const lists = { sessionId: 'mara', tracks: list, muteStates: list };
    await door.call(name, jsonOf(lists), 'application/json', token);
    const heard = door.heardBy(other).filter((event) => event.trackPublished ?? event.trackUnpublished);
    expect(heard.map(({ trackPublished }) => trackPublished?.type)).toEqual([1, 3]);
  },
);

const frames = (token: string) => [
  encode(SFU_REQUEST, {
    joinRequest: {
      token,
      sessionId: 'mara',
      fastReconnect: true,
      reconnectDetails: { strategy: 2, fromSfuId: 'x', previousSessionId: 'before' },
    },
  }),
  encode(SFU_REQUEST, { healthCheckRequest: {} }),
  encode(SFU_REQUEST, { leaveCallRequest: { sessionId: 'mara', reason: 'x' } }),
];

test('spoilt frames, before and after the join, end in an answer or in one close, and nothing is left', async () => {
  const token = await door.token('mara');
  const [join = new Uint8Array(), ...others] = frames(token);
  let joined = 0;
  for (const frame of [...frames(token)].flatMap((one) => [...spoilt(one)])) {
    const { socket, said, ends } = door.open();
    socket.receive(frame);
    await turns(2);
    socket.receive(join);
    for (const other of others) socket.receive(other);
    socket.receive(frame);
    // A token takes as long to check as the machine lets it.
    while (ends.length === 0 && !hasJoined(said)) await turns(1);
    if (hasJoined(said)) joined += 1;
    expect(ends.length).toBeLessThanOrEqual(1);
    for (const one of said) decode(SFU_EVENT, one);
    socket.closed(1000);
  }
  expect(joined).toBeGreaterThan(20);
  expect(door.coordinator.lines.size).toBe(0);
}, 60_000);

test('2,000 random frames in any order do the same', async () => {
  const token = await door.token('mara');
  const frame = fc.oneof(
    fc.constantFrom(...frames(token)),
    fc.uint8Array({ maxLength: 60 }),
    fc.string({ maxLength: 9 }),
  );
  const check = fc.asyncProperty(fc.array(frame, { minLength: 1, maxLength: 6 }), async (all) => {
    const { socket, said, ends } = door.open();
    for (const one of all) {
      socket.receive(one);
      await turns(1);
    }
    expect(ends.length).toBeLessThanOrEqual(1);
    for (const one of said) decode(SFU_EVENT, one);
    socket.closed(1006);
  });
  await fc.assert(check, { numRuns: 2_000 });
  expect(door.coordinator.lines.size).toBe(0);
}, 60_000);
