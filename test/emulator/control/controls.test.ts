import { request } from 'node:http';
import { describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { type Emulator, type LiveMessage, startEmulator } from '../../../src/emulator/index.js';
import { Scene } from '../support/emulator.js';

const scene = new Scene();

async function post(
  path: string,
  body: unknown = {},
  headers: Record<string, string> = {},
  emulator: Emulator = scene.emulator,
) {
  const response = await fetch(`${emulator.url}/_emulator${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  });
  return { status: response.status, headers: response.headers, body: await response.json() };
}

/** With headers that `fetch` keeps to itself. */
function raw(path: string, headers: Record<string, string>, method = 'GET'): Promise<number> {
  return new Promise((resolve, reject) => {
    const sent = request(`${scene.emulator.url}${path}`, { method, headers, agent: false }, (response) => {
      response.resume();
      resolve(response.statusCode ?? 0);
    });
    sent.on('error', reject);
    sent.end();
  });
}

describe('faults over HTTP', () => {
  it('the index lists every control with its fields, and each of them exists', async () => {
    const index = await (await fetch(`${scene.emulator.url}/_emulator`)).json();
    expect(index.api_key).toBe(scene.emulator.apiKey);
    expect(JSON.stringify(index)).not.toContain(scene.emulator.apiSecret);
    for (const { path, does, body } of index.post) {
      expect([path, does.length > 10, typeof body]).toEqual([
        expect.stringMatching(/^\/_emulator\//),
        true,
        'object',
      ]);
      const { status } = await post(path.replace('/_emulator', ''), { code: 'x' });
      expect([path, [200, 400].includes(status)]).toEqual([path, true]);
    }
  });

  it('a field that no control knows is refused with the name that was meant, and nothing happens', async () => {
    const read = async () => (await (await fetch(`${scene.emulator.url}/_emulator/state`)).json()).faults;
    const { post: controls } = await (await fetch(`${scene.emulator.url}/_emulator`)).json();
    const before = await read();
    for (const { path, body } of controls) {
      for (const name of Object.keys(body)) {
        const camel = name.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase());
        const slips = [camel, `${name}${name.at(-1)}`, name.slice(1)].filter((slip) => !(slip in body));
        for (const slip of slips) {
          const answer = await post(path.replace('/_emulator', ''), { [slip]: 1 });
          expect([path, answer.status]).toEqual([path, 400]);
          expect([path, slip, answer.body.error.message]).toEqual([
            path,
            slip,
            expect.stringContaining(`Write ${name}.`),
          ]);
        }
      }
    }
    expect((await post('/faults/reset', { all: true })).status).toBe(400);
    expect(await read()).toEqual(before);
  });

  it('a seed over HTTP may say where its schema is, and nothing that no seed has', async () => {
    expect((await post('/seed', { $schema: 'x', roles: ['reader'] })).status).toBe(200);
    expect((await post('/seed', { rolles: [] })).body.error.message).toContain('Write roles.');
  });

  it('expire, revoke, fail, skew, reject, limit and reset do what their twins in TypeScript do', async () => {
    const token = await scene.emulator.userToken('mara');
    const status = async () => {
      const { status: http, body } = await scene.send('GET', '/video/edges', { token });
      return http === 200 ? 200 : body.code;
    };
    await post('/faults/expire_tokens', { user_id: 'mara' });
    expect(await status()).toBe(40);
    await post('/faults/reset');
    expect(await status()).toBe(200);
    await post('/faults/fail_next', { count: 1, code: 99 });
    expect([await status(), await status()]).toEqual([99, 200]);
    await post('/faults/skew_clock', { ms: 7_200_000 });
    expect(await status()).toBe(40);
    await post('/faults/skew_clock', { ms: 0 });
    await post('/faults/limit_rates', { limit: 0 });
    expect(await status()).toBe(9);
    await post('/faults/limit_rates', {});
    const socket = await scene.connect('mara');
    await post('/faults/push_connection_error', { code: 40, user_id: 'mara' });
    expect((await socket.closed()).code).toBe(4401);
    const dropped = await scene.connect('mara');
    await post('/faults/drop_connections', { code: 4002 });
    expect((await dropped.closed()).code).toBe(4002);
    await post('/faults/disable_auth_checks');
    expect(
      (await (await fetch(`${scene.emulator.url}/_emulator/state`)).json()).faults.authChecksDisabled,
    ).toBe(true);
  });

  it('a code that may not go on the wire, and a body that is wrong, are 400 with a sentence', async () => {
    const { status, body } = await post('/faults/drop_connections', { code: 1005 });
    expect([status, body.error.code]).toEqual([400, 'invalid_option']);
    expect((await post('/faults/latency', { ms: 'long' })).body.error.message).toContain('ms');
    expect((await post('/nothing')).status).toBe(404);
  });
});

describe('POST /_emulator/token', () => {
  it('mints user tokens and call tokens that the coordinator takes', async () => {
    const { body } = await post('/token', { user_id: 'mara', reason: 'initial' });
    expect((await scene.send('GET', '/video/edges', { token: body.token })).status).toBe(200);
    await scene.as('mara', 'POST', '/call/default/a');
    const call = await post('/token', { user_id: '!anon', call_cids: ['default:a'], expires_in_seconds: 60 });
    const got = await scene.send('GET', '/video/call/default/a', {
      token: call.body.token,
      authType: 'anonymous',
    });
    expect(got.status).toBe(200);
  });

  it('is off with a secret of the caller’s own, unless allowed', async () => {
    const apiSecret = 'a secret of at least thirty-two bytes';
    const [closed, open] = [
      await startEmulator({ apiSecret }),
      await startEmulator({ apiSecret, allowMint: true }),
    ];
    expect((await post('/token', { user_id: 'mara' }, {}, closed)).status).toBe(403);
    expect((await post('/token', { user_id: 'mara' }, {}, open)).status).toBe(200);
    await Promise.all([closed.stop(), open.stop()]);
  });
});

describe('who may use the controls', () => {
  it.each(['/', '/_emulator', '/_emulator/requests', '/page.js'])(
    '%s is for loopback names only',
    async (path) => {
      const { port } = new URL(scene.emulator.url);
      for (const host of ['localhost', '127.0.0.1', '[::1]', 'app.localhost']) {
        expect([host, await raw(path, { host: `${host}:${port}` })]).not.toEqual([host, 403]);
      }
      for (const host of ['evil.example', 'localhost.evil.example', '127.0.0.1.evil.example', '10.0.0.1']) {
        expect([host, await raw(path, { host: `${host}:${port}` })]).toEqual([host, 403]);
      }
    },
  );

  it('another page’s origin is refused, its own and none are not', async () => {
    expect(await raw('/_emulator', { origin: 'https://evil.example' })).toBe(403);
    expect(await raw('/_emulator', { origin: 'null' })).toBe(403);
    expect(await raw('/_emulator', { origin: scene.emulator.url })).toBe(200);
    expect(await raw('/_emulator', {})).toBe(200);
  });

  it('no CORS header opens them, to a preflight either', async () => {
    const response = await fetch(`${scene.emulator.url}/_emulator/faults/revoke`, {
      method: 'OPTIONS',
      headers: { origin: 'https://evil.example', 'access-control-request-method': 'POST' },
    });
    expect(response.status).toBe(403);
    const names = [...response.headers.keys(), ...(await fetch(`${scene.emulator.url}/`)).headers.keys()];
    expect(names.filter((name) => name.startsWith('access-control'))).toEqual([]);
  });

  it('a change needs POST and JSON', async () => {
    const url = `${scene.emulator.url}/_emulator/faults/revoke`;
    for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data']) {
      expect(
        (await fetch(url, { method: 'POST', headers: { 'content-type': type }, body: '{}' })).status,
      ).toBe(415);
    }
    expect((await fetch(url)).status).toBe(404);
    expect((await post('/faults/revoke')).status).toBe(200);
  });

  it('an allowed origin gets its CORS headers, and no other does', async () => {
    const origin = 'http://localhost:5173';
    const emulator = await startEmulator({ allowOrigins: [origin] });
    const preflight = await fetch(`${emulator.url}/_emulator/token`, {
      method: 'OPTIONS',
      headers: { origin },
    });
    expect([preflight.status, preflight.headers.get('access-control-allow-origin')]).toEqual([204, origin]);
    expect(
      (await post('/token', { user_id: 'mara' }, { origin }, emulator)).headers.get(
        'access-control-allow-origin',
      ),
    ).toBe(origin);
    expect(
      (await post('/token', { user_id: 'mara' }, { origin: 'http://localhost:5174' }, emulator)).status,
    ).toBe(403);
    await emulator.stop();
  });

  it('the page is served under a strict policy', async () => {
    const response = await fetch(`${scene.emulator.url}/`);
    expect(response.headers.get('content-security-policy')).toMatch(/^default-src 'self'/);
    expect(response.headers.get('x-content-type-options')).toBe('nosniff');
    const html = await response.text();
    expect(html).toContain('<script type="module" src="/page.js">');
    expect(html).not.toMatch(/<script>|style=|onload/);
  });
});

describe('the live feed', () => {
  function openFeed(headers: Record<string, string> = {}) {
    const messages: LiveMessage[] = [];
    const socket = new WebSocket(`${scene.emulator.url.replace('http', 'ws')}/_emulator/live`, { headers });
    socket.on('message', (data) => messages.push(JSON.parse(String(data))));
    const opened = new Promise((resolve, reject) => {
      socket.once('open', resolve);
      socket.once('error', reject);
    });
    const until = async (isThere: (message: LiveMessage) => boolean) => {
      while (!messages.some(isThere)) await new Promise((resolve) => setTimeout(resolve, 5));
      return messages.find(isThere);
    };
    return { messages, opened, until, close: () => socket.terminate() };
  }

  it('opens with a snapshot, then tells of tokens, requests, sockets and faults, and never of a token itself', async () => {
    const before = await scene.emulator.userToken('mara', { expiresInSeconds: 100 });
    const feed = openFeed();
    await feed.until(({ type }) => type === 'snapshot');
    const socket = await scene.connect('mara', {}, before);
    await scene.send('GET', '/video/edges', { token: before });
    scene.emulator.faults.revoke('mara');
    await scene.send('GET', '/video/edges', { token: before });
    scene.emulator.faults.latency({ ms: 1 });
    scene.emulator.faults.dropConnections(4000);
    await socket.closed();
    await feed.until(({ type }) => type === 'disconnected');
    const [snapshot] = feed.messages;
    expect(snapshot).toMatchObject({
      type: 'snapshot',
      apiKey: scene.emulator.apiKey,
      mintAllowed: true,
      clients: [],
    });
    const token = snapshot?.type === 'snapshot' ? snapshot.tokens[0] : undefined;
    expect(token).toMatchObject({ userId: 'mara', claims: { user_id: 'mara' } });
    const life = (token?.expiresAt ?? 0) - (token?.issuedAt ?? 0);
    expect((token?.expiresAt ?? 0) - (token?.advisoryAt ?? 0)).toBeCloseTo(0.2 * life);
    expect(feed.messages.slice(1).map((message) => message.type)).toEqual([
      'connected',
      'request',
      'request',
      'token',
      'request',
      'faults',
      'disconnected',
    ]);
    const refusal = feed.messages.find(
      (message) => message.type === 'request' && message.request.apiCode === 40,
    );
    expect(refusal).toMatchObject({ request: { tokenId: token?.id, status: 401, operation: 'GetEdges' } });
    expect(JSON.stringify(feed.messages)).not.toContain('eyJ');
    feed.close();
  });

  it('is refused to another page', async () => {
    const feed = openFeed({ origin: 'https://evil.example' });
    await expect(feed.opened).rejects.toThrow('403');
    const named = openFeed({ host: 'evil.example' });
    await expect(named.opened).rejects.toThrow('403');
  });

  it('is there in process too, until one leaves', async () => {
    const types: string[] = [];
    const leave = scene.emulator.observe(({ type }) => types.push(type));
    await scene.emulator.userToken('mara');
    leave();
    await scene.emulator.userToken('mara');
    expect(types).toEqual(['snapshot', 'token']);
  });
});

describe('what is recorded', () => {
  it('holds no token of any kind: headers, bodies, frames, queries, claims', async () => {
    const token = await scene.emulator.userToken('mara', {
      claims: { note: await scene.emulator.userToken('theo') },
    });
    await scene.connect('mara', { custom: { leaked: token } }, token);
    await scene.send('POST', '/video/call/default/a', {
      token,
      headers: { cookie: `session=${token}`, 'x-note': token },
      body: {
        data: {
          custom: { access_token: 'open-sesame', credentials: { password: 'open-sesame' }, note: token },
        },
      },
      query: { note: token },
    });
    await scene.send('POST', `/video/call/default/${token}`, { token });
    await scene.send('POST', '/video/guest', {
      authType: 'anonymous',
      body: { user: { id: token.slice(0, 200) } },
    });
    const shown = JSON.stringify([
      scene.emulator.requests,
      await (await fetch(`${scene.emulator.url}/_emulator/state`)).json(),
    ]);
    expect(shown).not.toMatch(/eyJ|open-sesame/);
    expect(scene.emulator.requests[1]).toMatchObject({
      operation: 'GetOrCreateCall',
      status: 201,
      userId: 'mara',
      headers: { authorization: '<redacted>', cookie: '<redacted>' },
      claims: { user_id: 'mara' },
    });
  });
});
