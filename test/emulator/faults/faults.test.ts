import { describe, expect, it } from 'vitest';
import { signToken } from '../../../src/server/sign.js';
import { ConfigurationError } from '../../../src/shared/errors.js';
import { Scene } from '../support/emulator.js';

const scene = new Scene();
const edges = (token: string) => scene.send('GET', '/video/edges', { token });
const codeOf = async (token: string) => {
  const { status, body } = await edges(token);
  return status === 200 ? 200 : body.code;
};

describe.each(['expireTokens', 'revoke'] as const)('faults.%s', (fault) => {
  it('ends the tokens known so far, of the named user only, and a token minted afterwards works', async () => {
    const { emulator } = scene;
    const [mara, theo] = [await emulator.userToken('mara'), await emulator.userToken('theo')];
    emulator.faults[fault]('mara');
    expect([await codeOf(mara), await codeOf(theo)]).toEqual([40, 200]);
    expect(await codeOf(await emulator.userToken('mara'))).toBe(200);
  });

  it('ends everybody’s without a name', async () => {
    const token = await scene.emulator.userToken('mara');
    scene.emulator.faults[fault]();
    expect(await codeOf(token)).toBe(40);
    expect(await codeOf(await scene.emulator.userToken('theo'))).toBe(200);
  });

  it('ends unseen tokens by their iat: earlier than the second before is refused, that second is not', async () => {
    const at = Math.floor(Date.now() / 1000);
    scene.emulator.faults.freezeClock(at * 1000 + 500);
    scene.emulator.faults[fault]();
    const minted = (iat?: number) => signToken({ user_id: 'mara', iat }, scene.emulator.apiSecret);
    expect(await codeOf(await minted(at - 2))).toBe(40);
    expect(await codeOf(await minted(at - 1))).toBe(200);
    expect(await codeOf(await minted())).toBe(40);
  });

  it('an old token that comes late stays refused', async () => {
    const old = await signToken({ user_id: 'mara', iat: 1 }, scene.emulator.apiSecret);
    scene.emulator.faults[fault]();
    expect([await codeOf(old), await codeOf(old)]).toEqual([40, 40]);
  });

  it('leaves open sockets alone, and their next handshake is refused', async () => {
    const token = await scene.emulator.userToken('mara');
    const socket = await scene.connect('mara', {}, token);
    scene.emulator.faults[fault]();
    await socket.settled();
    const second = await scene.open();
    second.send({ token, user_details: { id: 'mara' } });
    expect((await second.next('connection.error')).error.code).toBe(40);
  });

  it('cuts open sockets with 40 and 4401 where that is switched on', async () => {
    const [mara, theo] = [await scene.connect('mara'), await scene.connect('theo')];
    scene.emulator.faults.cutSocketsAtExpiry();
    scene.emulator.faults[fault]('mara');
    expect((await mara.next('connection.error')).error.code).toBe(40);
    expect((await mara.closed()).code).toBe(4401);
    await theo.settled();
  });
});

describe('faults.cutSocketsAtExpiry', () => {
  it('ends a socket when its token expires', async () => {
    scene.emulator.faults.cutSocketsAtExpiry();
    const socket = await scene.connect(
      'mara',
      {},
      await scene.emulator.userToken('mara', { expiresInSeconds: 1 }),
    );
    expect((await socket.next('connection.error')).error.code).toBe(40);
    expect((await socket.closed()).code).toBe(4401);
  });

  it('ends it too when the clock jumps past the expiry, and not when it does not', async () => {
    scene.emulator.faults.cutSocketsAtExpiry();
    const socket = await scene.connect(
      'mara',
      {},
      await scene.emulator.userToken('mara', { expiresInSeconds: 600 }),
    );
    scene.emulator.faults.skewClock(300_000);
    await socket.settled();
    scene.emulator.faults.skewClock(700_000);
    expect((await socket.closed()).code).toBe(4401);
  });

  it('off, an expired token keeps its socket', async () => {
    const socket = await scene.connect(
      'mara',
      {},
      await scene.emulator.userToken('mara', { expiresInSeconds: 600 }),
    );
    scene.emulator.faults.skewClock(700_000);
    await socket.settled();
    expect(socket.types).toEqual(['connection.ok']);
  });
});

describe('faults.failNext', () => {
  it('fails so many requests with the status, then none', async () => {
    const token = await scene.emulator.userToken('mara');
    scene.emulator.faults.failNext(3, { status: 503 });
    const statuses = [];
    for (let count = 0; count < 4; count += 1) statuses.push((await edges(token)).status);
    expect(statuses).toEqual([503, 503, 503, 200]);
  });

  it('a code brings its status, a status its code', async () => {
    const token = await scene.emulator.userToken('mara');
    scene.emulator.faults.failNext(1, { code: 99 });
    scene.emulator.faults.failNext(1, { status: 401 });
    scene.emulator.faults.failNext(1, { status: 400, code: 40 });
    const seen = [];
    for (let count = 0; count < 3; count += 1) {
      const { status, body } = await edges(token);
      seen.push([status, body.StatusCode, body.code]);
    }
    expect(seen).toEqual([
      [403, 403, 99],
      [401, 401, 40],
      [400, 400, 40],
    ]);
  });

  it('waits for the path and method that it names', async () => {
    const token = await scene.emulator.userToken('mara');
    scene.emulator.faults.failNext(1, { status: 500, method: 'POST', path: '/guest' });
    expect((await edges(token)).status).toBe(200);
    const guest = () =>
      scene.send('POST', '/video/guest', { authType: 'anonymous', body: { user: { id: 'v' } } });
    expect([(await guest()).status, (await guest()).status]).toEqual([500, 201]);
  });

  it('spares telemetry and preflights', async () => {
    const token = await scene.emulator.userToken('mara');
    scene.emulator.faults.failNext(1);
    await fetch(`${scene.emulator.url}/video/edges`, { method: 'OPTIONS' });
    const telemetry = await scene.send('POST', '/video/call_client_event', {
      authType: 'anonymous',
      body: {},
    });
    expect(telemetry.status).toBe(201);
    expect((await edges(token)).status).toBe(503);
  });

  const raw = async () => {
    const token = await scene.emulator.userToken('mara');
    return fetch(`${scene.emulator.url}/video/edges?api_key=${scene.emulator.apiKey}`, {
      headers: { authorization: token, 'stream-auth-type': 'jwt' },
      signal: AbortSignal.timeout(300),
    });
  };

  it('resets the connection', async () => {
    scene.emulator.faults.failNext(1, { kind: 'reset' });
    await expect(raw()).rejects.toThrow('fetch failed');
  });

  it('hangs until the client gives up', async () => {
    scene.emulator.faults.failNext(1, { kind: 'hang' });
    await expect(raw()).rejects.toThrow(/timeout/);
  });

  it('breaks the body off in the middle', async () => {
    scene.emulator.faults.failNext(1, { kind: 'truncate', status: 200 });
    const response = await raw();
    expect(response.status).toBe(200);
    await expect(response.text()).rejects.toThrow();
  });

  it('answers like a proxy, in HTML', async () => {
    scene.emulator.faults.failNext(1, { kind: 'html', status: 401 });
    const response = await raw();
    expect([response.status, response.headers.get('content-type')]).toEqual([
      401,
      'text/html; charset=utf-8',
    ]);
    expect(await response.text()).toContain('<html>');
  });
});

describe('the clock', () => {
  it('a skew moves the Date header, expiry and every time that is written', async () => {
    const token = await scene.emulator.userToken('mara', { expiresInSeconds: 600 });
    scene.emulator.faults.skewClock(3_600_000);
    const refused = await edges(token);
    expect(refused.body.code).toBe(40);
    const ahead = (text: string | null) => Math.round((Date.parse(text ?? '') - Date.now()) / 60_000);
    expect(ahead(refused.headers.get('date'))).toBe(60);
    const socket = await scene.connect('mara');
    expect(ahead(socket.frames[0].created_at)).toBe(60);
    scene.emulator.faults.skewClock(0);
    expect(await codeOf(token)).toBe(200);
  });

  it('behind, fresh tokens of a right clock are used before issued', async () => {
    scene.emulator.faults.skewClock(-60_000);
    const token = await signToken(
      { user_id: 'mara', iat: Math.floor(Date.now() / 1000) },
      scene.emulator.apiSecret,
    );
    expect(await codeOf(token)).toBe(42);
  });

  it('frozen, it stands; resumed, it runs', async () => {
    scene.emulator.faults.freezeClock(Date.parse('2026-03-02T10:00:00Z'));
    const first = await edges(await scene.emulator.userToken('mara'));
    expect(first.headers.get('date')).toBe('Mon, 02 Mar 2026 10:00:00 GMT');
    scene.emulator.faults.resumeClock();
    const second = await edges(await scene.emulator.userToken('mara'));
    expect(Date.parse(second.headers.get('date') ?? '')).toBeGreaterThan(Date.parse('2026-03-03'));
  });
});

describe('sockets', () => {
  it('rejectNext refuses so many handshakes', async () => {
    scene.emulator.faults.rejectNext(99);
    const socket = await scene.open();
    socket.send({ token: await scene.emulator.userToken('mara'), user_details: { id: 'mara' } });
    expect((await socket.next('connection.error')).error).toMatchObject({ code: 99, StatusCode: 403 });
    expect((await socket.closed()).code).toBe(4400);
    expect((await scene.connect('mara')).types).toEqual(['connection.ok']);
  });

  it.each([
    [undefined, 1006],
    [1006, 1006],
    [1000, 1000],
    [1012, 1012],
    [4001, 4001],
  ])('dropConnections(%s) is seen as %i', async (code, seen) => {
    const socket = await scene.connect('mara');
    scene.emulator.faults.dropConnections(code);
    expect((await socket.closed()).code).toBe(seen);
  });

  it.each([999, 1004, 1005, 1015, 2000, 5000, 4000.5, Number.NaN])(
    'dropConnections(%d) is a ConfigurationError, and the emulator lives',
    async (code) => {
      const socket = await scene.connect('mara');
      expect(() => scene.emulator.faults.dropConnections(code)).toThrow(ConfigurationError);
      await socket.settled();
    },
  );

  it('pushConnectionError sends the code, and leaves the socket open when told to', async () => {
    const socket = await scene.connect('mara');
    scene.emulator.faults.pushConnectionError(40, { close: false });
    expect((await socket.next('connection.error')).error.code).toBe(40);
    await socket.settled();
    scene.emulator.faults.pushConnectionError(40);
    expect((await socket.closed()).code).toBe(4401);
  });
});

describe('in general', () => {
  it('latency delays answers, and reset ends every fault', async () => {
    const { faults } = scene.emulator;
    const token = await scene.emulator.userToken('mara');
    faults.latency({ ms: 60, jitterMs: 20 });
    await edges(token);
    expect(scene.emulator.requests.at(-1)?.durationMs).toBeGreaterThan(50);
    faults.failNext(5);
    faults.rejectNext(40, 5);
    faults.revoke();
    faults.disableGuests();
    faults.limitRates({ limit: 0 });
    faults.reset();
    expect(await codeOf(token)).toBe(200);
    await scene.connect('mara');
  });

  it.each<[string, () => void]>([
    ['a negative count', () => scene.emulator.faults.failNext(-1)],
    ['a status that is none', () => scene.emulator.faults.failNext(1, { status: 42 })],
    ['a kind that is none', () => scene.emulator.faults.failNext(1, { kind: 'explode' as 'hang' })],
    ['a latency below zero', () => scene.emulator.faults.latency({ ms: -1 })],
    ['a skew that is no number', () => scene.emulator.faults.skewClock(Number.NaN)],
    ['a limit that is no number', () => scene.emulator.faults.limitRates({ limit: Number.NaN })],
    [
      'a capability that does not exist',
      () => scene.emulator.faults.setGrants('user', '*', ['fly' as 'join-call']),
    ],
  ])('%s is a ConfigurationError', (_what, act) => {
    expect(act).toThrow(ConfigurationError);
  });
});
