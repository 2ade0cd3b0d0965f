import fc from 'fast-check';
import { expect, test } from 'vitest';
import { RPC, SFU_EVENT, SFU_REQUEST } from '../../../src/emulator/media/messages.js';
import {
  decode,
  encode,
  fromJson,
  Malformed,
  type Message,
} from '../../../src/emulator/media/wire-format.js';

interface OfficialType {
  toBinary(value: object): Uint8Array;
  fromBinary(bytes: Uint8Array): object;
  create(value: object): object;
  toJson(value: object): object;
}

// The published client's own reader and writer; its package exports neither, and its types are not ours to check.
const official = async (path: string): Promise<Record<string, OfficialType>> =>
  import(/* @vite-ignore */ `../../../node_modules/@stream-io/video-client/src/gen/video/sfu/${path}.ts`);
const { SfuEvent, SfuRequest } = (await official('event/events')) as Record<string, OfficialType>;
const signal = await official('signal_rpc/signal');

/** Any value that a message can hold, in the form that both sides read. */
function anyOf(message: Message): fc.Arbitrary<Record<string, unknown>> {
  const fields = Object.entries(message).map(([name, { kind, isList, names }]) => {
    const one = (() => {
      if (typeof kind === 'object') return anyOf(kind);
      if (kind === 'text') return fc.string({ minLength: 1 });
      if (kind === 'flag') return fc.constant(true);
      if (kind === 'time') return fc.integer({ min: 1, max: 4e12 });
      if (kind === 'float') return fc.integer({ min: 1, max: 1000 }).map((value) => value / 8);
      return names === undefined
        ? fc.integer({ min: 1, max: 2 ** 31 - 1 })
        : fc.constantFrom(...Object.values(names));
    })() as fc.Arbitrary<unknown>;
    return [name, isList ? fc.array(one, { minLength: 1, maxLength: 3 }) : one] as const;
  });
  return fc.record(Object.fromEntries(fields), { requiredKeys: [] });
}

/** An event with its times taken out: the official reader has a form of its own for them. */
const withoutTimes = (value: unknown): unknown =>
  JSON.parse(JSON.stringify(value, (name, held) => (/At$/.test(name) ? undefined : held)));

test('what is written is read back, lists and negative numbers included', () => {
  const check = fc.property(anyOf(SFU_EVENT), (event) => {
    expect(decode(SFU_EVENT, encode(SFU_EVENT, event))).toEqual(event);
  });
  fc.assert(check, { numRuns: 200 });
  const negative = { error: { error: { code: -1 } } };
  expect(decode(SFU_EVENT, encode(SFU_EVENT, negative))).toEqual(negative);
});

test('the official client reads every event as it was meant', () => {
  for (const [name, { kind }] of Object.entries(SFU_EVENT)) {
    const check = fc.property(anyOf(kind as Message), (body) => {
      const event = { [name]: body };
      const read = SfuEvent?.fromBinary(encode(SFU_EVENT, event)) as {
        eventPayload: Record<string, unknown>;
      };
      expect(read.eventPayload.oneofKind).toBe(name);
      expect(withoutTimes(read.eventPayload[name])).toMatchObject(withoutTimes(body) as object);
    });
    fc.assert(check, { numRuns: 20 });
  }
});

test('every request of the official client is read, in binary and in JSON', () => {
  const joinRequest = {
    token: 't',
    sessionId: 's',
    subscriberSdp: 'v=0',
    publisherSdp: 'v=0',
    fastReconnect: true,
    reconnectDetails: {
      strategy: 4,
      announcedTracks: [],
      subscriptions: [],
      fromSfuId: 'f',
      previousSessionId: 'p',
    },
    capabilities: [1, 2],
  };
  const bytes = SfuRequest?.toBinary(
    SfuRequest.create({ requestPayload: { oneofKind: 'joinRequest', joinRequest } }),
  );
  expect(decode(SFU_REQUEST, bytes ?? new Uint8Array())).toEqual({
    joinRequest: {
      token: 't',
      sessionId: 's',
      fastReconnect: true,
      reconnectDetails: { strategy: 4, fromSfuId: 'f', previousSessionId: 'p' },
    },
  });
  const tracks = [{ trackId: 'a', trackType: 3, mid: '0', muted: true, layers: [{ rid: 'q', bitrate: 5 }] }];
  const type = signal.SetPublisherRequest as OfficialType;
  const sent = type.create({ sdp: 'v=0', sessionId: 's', tracks });
  const meant = {
    sdp: 'v=0',
    sessionId: 's',
    tracks: [{ trackId: 'a', trackType: 3, mid: '0', muted: true }],
  };
  expect(decode(RPC.SetPublisher.request, type.toBinary(sent))).toMatchObject(meant);
  expect(fromJson(RPC.SetPublisher.request, type.toJson(sent))).toEqual(meant);
});

test('bytes that are no message are malformed, or read as far as they are one; nothing else', () => {
  const check = fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
    try {
      decode(SFU_REQUEST, bytes);
    } catch (error) {
      expect(error).toBeInstanceOf(Malformed);
    }
  });
  fc.assert(check, { numRuns: 2000 });
});

// With a copy for each item this outlasts the test's time limit.
test('a list of as many items as a body holds is read in one pass', () => {
  const count = 500_000;
  // Items without content: their tag and a length of zero.
  const bytes = Uint8Array.from({ length: 2 * count }, (_, index) => (index % 2 === 0 ? 3 * 8 + 2 : 0));
  const { tracks } = decode(RPC.SetPublisher.request, bytes);
  expect(tracks).toHaveLength(count);
});

test('a name of an enumeration is one of its own', () => {
  const { muteStates } = fromJson(RPC.UpdateMuteStates.request, { muteStates: [{ trackType: 'toString' }] });
  expect(muteStates).toEqual([{ trackType: 0 }]);
});

test('JSON of another shape is malformed, unknown names are skipped', () => {
  const { request } = RPC.UpdateMuteStates;
  for (const json of [null, [], 'x', { sessionId: 7 }, { muteStates: {} }, { muteStates: [1] }]) {
    expect(() => fromJson(request, json)).toThrow(Malformed);
  }
  expect(
    fromJson(request, { sessionId: 's', e2ee: {}, muteStates: [{ trackType: 'TRACK_TYPE_VIDEO' }] }),
  ).toEqual({
    sessionId: 's',
    muteStates: [{ trackType: 2 }],
  });
});
