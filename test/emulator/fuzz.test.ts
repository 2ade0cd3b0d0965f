import { connect } from 'node:net';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createApp } from '../../src/emulator/http/app.js';
import type { Answer } from '../../src/emulator/http/host.js';
import { OPERATIONS } from '../../src/emulator/operations/index.js';
import { createCoordinator } from '../../src/emulator/options.js';
import { SocketSession } from '../../src/emulator/sockets/session.js';
import { signToken } from '../../src/server/sign.js';
import { Scene } from './support/emulator.js';

const NASTY = [
  '__proto__',
  'constructor',
  'prototype',
  'hasOwnProperty',
  'toString',
  '..',
  '%2F',
  'a/b',
  'null',
  '\u0000',
  '用户',
  '😀',
  '',
];
const id = fc.oneof(fc.constantFrom(...NASTY), fc.string({ maxLength: 80 }), fc.constantFrom('a', 'b'));
const key = fc.oneof(
  fc.constantFrom(
    ...NASTY,
    'data',
    'members',
    'user_id',
    'custom',
    'settings_override',
    'filter_conditions',
    'sort',
    '$and',
    '$or',
    '$in',
  ),
  fc.constantFrom(
    'id',
    'cid',
    'limit',
    'next',
    'prev',
    'watch',
    'ring',
    'user',
    'users',
    'update_members',
    'location',
    'field',
    'direction',
  ),
);
const { body } = fc.letrec<{ body: unknown }>((tie) => ({
  body: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    fc.oneof(fc.string({ maxLength: 20 }), fc.double(), fc.boolean(), fc.constant(null), id),
    fc.array(tie('body'), { maxLength: 3 }),
    // From entries, so that `__proto__` is a key as JSON.parse makes it.
    fc.array(fc.tuple(key, tie('body')), { maxLength: 4 }).map((entries) => Object.fromEntries(entries)),
  ),
}));
const text = fc.oneof(
  { weight: 6, arbitrary: body.map((value) => JSON.stringify(value) ?? '') },
  { weight: 1, arbitrary: fc.string({ maxLength: 60 }) },
);

// Bodies that fit every endpoint, with one or two fields spoilt: noise alone would not get past validation.
const plausible = fc
  .tuple(id, body, fc.array(fc.tuple(key, body), { maxLength: 2 }))
  .map(([one, noise, spoilt]) => ({
    data: {
      created_by_id: one || 'x',
      members: [{ user_id: one || 'x', custom: { noise } }],
      custom: { noise },
    },
    location: 'FRA',
    create: true,
    ring: true,
    user: { id: one || 'x', custom: { noise } },
    users: { [one]: { id: one || 'x', custom: { noise } } },
    user_id: one || 'x',
    user_ids: ['a'],
    update_members: [{ user_id: one || 'x' }],
    remove_members: [one || 'x'],
    custom: { noise },
    permissions: ['send-audio'],
    push_provider: 'apn',
    type: 'default',
    id: one || 'x',
    rating: 3,
    sdk: 'x',
    sdk_version: '1',
    session_id: 'x',
    ...Object.fromEntries(spoilt),
  }))
  .map((value) => JSON.stringify(value));

function prefixOf(mount: string, isServer: boolean): string {
  if (mount === 'chat') return '';
  return isServer || mount === 'server' ? '/api/v2' : '/video';
}

function surprises(coordinator: ReturnType<typeof createCoordinator>): unknown[] {
  const found: unknown[] = [];
  Object.defineProperty(coordinator, 'surprised', { value: (error: unknown) => found.push(error) });
  return found;
}

/** Through the app, past the platform's streams: those have tests of their own, and cost more than all the rest. */
async function answerOf(
  app: ReturnType<typeof createApp>,
  request: Request,
  body: string,
): Promise<{ status: number; body: unknown }> {
  const answers: Answer[] = [];
  await app.fetch(request, {
    body: async () => new TextEncoder().encode(body),
    respond: (answer) => {
      answers.push(answer);
      return new Response();
    },
    cut: () => {},
  });
  const [answer] = answers;
  if (answer === undefined || answers.length > 1) throw new Error('not one answer');
  return { status: answer.status, body: JSON.parse(answer.text ?? '') };
}

describe('whatever comes', () => {
  it('6,000 random requests to every endpoint are answered in the protocol’s form, none by an internal error', async () => {
    const coordinator = createCoordinator();
    const found = surprises(coordinator);
    const app = createApp(coordinator);
    const statuses = new Map<number, number>();
    const tokens = [
      await coordinator.tokens.mint('__proto__', 3600),
      await signToken({ server: true }, coordinator.apiSecret),
      await coordinator.tokens.mint('!anon', 3600, { call_cids: ['default:a', '__proto__:__proto__'] }),
    ];
    const anyRequest = fc.record({
      operation: fc.constantFrom(...OPERATIONS),
      // Half as clients, half as servers.
      isServer: fc.boolean(),
      type: fc.oneof(
        { weight: 3, arbitrary: fc.constantFrom('default', '__proto__') },
        { weight: 1, arbitrary: id },
      ),
      id,
      text: fc.oneof({ weight: 2, arbitrary: plausible }, { weight: 1, arbitrary: text }),
      who: fc.integer({ min: 0, max: 2 }),
      query: fc.dictionary(
        fc.constantFrom('payload', 'members_limit', 'id', 'ring', 'user_id'),
        fc.oneof(id, text),
        { maxKeys: 2 },
      ),
    });
    const check = fc.asyncProperty(
      anyRequest,
      async ({ operation, isServer, type, id: callId, text: sent, who, query }) => {
        const prefix =
          operation.mount === 'video' && isServer ? '/api/v2/video' : prefixOf(operation.mount, isServer);
        const path = operation.path.replace(/:\w+/g, (name) =>
          encodeURIComponent(name === ':type' ? type : callId),
        );
        const parameters = new URLSearchParams({ ...query, api_key: coordinator.apiKey });
        const request = new Request(`http://127.0.0.1${prefix}${path}?${parameters}`, {
          method: operation.method,
          headers: { authorization: tokens[who] ?? '', 'stream-auth-type': who === 2 ? 'anonymous' : 'jwt' },
        });
        const { status, body: answer } = await answerOf(app, request, sent);
        statuses.set(status, (statuses.get(status) ?? 0) + 1);
        if (status < 300) expect(answer).toHaveProperty('duration');
        else
          expect(answer).toMatchObject({
            StatusCode: status,
            code: expect.any(Number),
            details: [],
          });
      },
    );
    await fc.assert(check, { numRuns: 6_000 });
    expect(found).toEqual([]);
    // The noise must reach past the doors to mean anything.
    for (const status of [200, 201, 400, 403, 404])
      expect([status, (statuses.get(status) ?? 0) > 50]).toEqual([status, true]);
    expect(Object.prototype).not.toHaveProperty('default');
    coordinator.stop();
  });

  it('4,000 random frames before and after the handshake end in an answer or a close', async () => {
    const coordinator = createCoordinator();
    const found = surprises(coordinator);
    let connected = 0;
    const token = await coordinator.tokens.mint('mara', 3600);
    const frame = fc.oneof(
      text,
      fc.uint8Array({ maxLength: 40 }),
      body.map((details) => JSON.stringify({ token, user_details: details })),
      body.map((custom) => JSON.stringify({ token, user_details: { id: 'mara', custom } })),
    );
    const check = fc.asyncProperty(
      fc.array(frame, { minLength: 1, maxLength: 4 }),
      fc.boolean(),
      async (frames, isChat) => {
        const said: string[] = [];
        let ends = 0;
        const session = new SocketSession(
          coordinator,
          {
            send: (sent) => said.push(String(sent)),
            close: () => {
              ends += 1;
            },
            cut: () => {
              ends += 1;
            },
            bufferedBytes: () => 0,
          },
          {
            path: isChat ? '/connect' : '/video/connect',
            query: new URLSearchParams({
              api_key: coordinator.apiKey,
              'stream-auth-type': 'jwt',
              json: String(frames[0]),
              authorization: token,
            }),
            headers: new Headers(),
          },
        );
        for (const one of frames) session.receive(one);
        // Some are closed while their token is checked, some after.
        for (let turn = 0; turn < frames.length * 2; turn += 1)
          await new Promise((resolve) => setImmediate(resolve));
        if (coordinator.connections.size > 0) connected += 1;
        session.closed(1000);
        for (const sent of said) expect(JSON.parse(sent)).toBeTypeOf('object');
        expect(ends).toBeLessThanOrEqual(1);
      },
    );
    await fc.assert(check, { numRuns: 4_000 });
    expect(found).toEqual([]);
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(connected).toBeGreaterThan(100);
    expect([coordinator.connections.size, coordinator.lines.size]).toEqual([0, 0]);
    coordinator.stop();
  });
});

describe('over the wire', () => {
  const scene = new Scene();

  it('raw bytes, oversized headers and half requests are refused, and the next request is served', async () => {
    const { hostname, port } = new URL(scene.emulator.url);
    const speak = (bytes: string) =>
      new Promise<string>((resolve) => {
        const line = connect(Number(port), hostname, () => line.write(bytes));
        let heard = '';
        line.on('data', (data) => {
          heard += data;
          line.end();
        });
        line.on('error', () => resolve(heard));
        line.on('close', () => resolve(heard));
      });
    expect(await speak('\u0000\u0001 nonsense\r\n\r\n')).toContain('400');
    expect(await speak(`GET / HTTP/1.1\r\nhost: x\r\nx: ${'y'.repeat(100_000)}\r\n\r\n`)).toContain(
      '"code":24',
    );
    expect(
      await speak(
        'GET /video/connect HTTP/1.1\r\nhost: 127.0.0.1\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\n',
      ),
    ).toContain('400');
    expect(await speak('GET //x:y@[ HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n')).toMatch(/HTTP\/1\.1 4/);
    expect((await scene.as('mara', 'GET', '/edges')).status).toBe(200);
  });

  it('a body above a megabyte is 413 / 22, sent with a length or without', async () => {
    const token = await scene.emulator.userToken('mara');
    const huge = JSON.stringify({ data: { custom: { x: 'y'.repeat(1_100_000) } } });
    expect((await scene.send('POST', '/video/call/default/a', { token, body: huge })).body.code).toBe(22);
    const url = `${scene.emulator.url}/video/call/default/a?api_key=${scene.emulator.apiKey}`;
    const unmeasured = await fetch(url, {
      method: 'POST',
      headers: { authorization: token, 'stream-auth-type': 'jwt' },
      body: new Blob([huge]).stream(),
      // Undici demands it, and the DOM's types do not know it.
      ...{ duplex: 'half' },
    });
    expect([unmeasured.status, (await unmeasured.json()).code]).toEqual([413, 22]);
    expect((await scene.as('mara', 'GET', '/edges')).status).toBe(200);
  });

  it.each([
    ['half a body', 4, '{"data":', 400],
    ['a whole body', 0, '{"data":{}}', 201],
  ])('a client that leaves after %s is no internal error', async (_what, missing, sent, status) => {
    const token = await scene.emulator.userToken('mara');
    const { hostname, port } = new URL(scene.emulator.url);
    scene.emulator.faults.latency({ ms: 50 });
    const line = connect(Number(port), hostname, () => {
      line.write(
        `POST /video/call/default/a?api_key=${scene.emulator.apiKey} HTTP/1.1\r\nhost: x\r\nstream-auth-type: jwt\r\nauthorization: ${token}\r\ncontent-length: ${sent.length + missing}\r\n\r\n${sent}`,
      );
    });
    await expect.poll(() => scene.emulator.requests.length).toBe(1);
    line.destroy();
    await expect.poll(() => scene.emulator.requests[0]?.status).toBe(status);
  });
});
