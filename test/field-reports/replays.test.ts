import type { StreamVideo } from 'stream-video-auth';
import { describe, expect, it, vi } from 'vitest';
import { answer, refusal } from '../support/fake-coordinator.js';
import { freshToken } from '../support/tokens.js';
import { advance, settle } from '../support/virtual.js';
import {
  deferred,
  freshProvider,
  inVirtualTime,
  json,
  Loopback,
  refuse,
  rejection,
  ScriptedServer,
  virtualScene,
  watch,
} from './support.js';

describe('over the wire', () => {
  const field = new Loopback();

  // case 63: abs-cli #89; axios-auth-refresh #149, #56; stream-chat-js ab20729d
  it('a replay is the same request but for its token, and its answer is the one returned', async () => {
    const server = await ScriptedServer.start();
    server.reply = (_request, response, index) =>
      index === 0 ? refuse(response, 40) : json(response, 200, { which: 'second' });
    const client = field.client({ baseUrl: server.url, tokenProvider: freshProvider() });
    const answered = await client.request('POST', '/call/default/a%2Fb', {
      query: { q: 'ä?&=', list: { a: [1] }, none: undefined },
      headers: { 'X-Custom': 'one two' },
      body: { deep: { x: 'ü' } },
    });
    expect(answered).toEqual({ which: 'second' });
    const [one, two] = server.arrived.map(({ headers, ...rest }) => {
      const { authorization, 'x-client-request-id': id, ...others } = headers;
      return { ...rest, others };
    });
    expect(two).toEqual(one);
    expect(one?.path).toContain('/video/call/default/a%2Fb?');
    expect(one?.others).toMatchObject({ 'x-custom': 'one two', 'stream-auth-type': 'jwt' });
  });

  it.each([40, 41, 42, 43, 5, 2, 17, 99, 4, 16])(
    'an answer with code %i is replayed as often as its row says',
    async (code) => {
      const server = await ScriptedServer.start();
      vi.spyOn(Math, 'random').mockReturnValue(0);
      server.reply = (_request, response) => refuse(response, code, code === 17 ? 403 : 401);
      const provider = freshProvider(3600);
      const client = field.client({ baseUrl: server.url, tokenProvider: provider });
      await rejection(client.request('GET', '/edges'));
      vi.restoreAllMocks();
      expect(server.arrived).toHaveLength(code === 40 || code === 41 || code === 42 ? 2 : 1);
      expect(provider).toHaveBeenCalledTimes(code === 40 ? 2 : 1);
    },
  );

  // case 67: saleor-dashboard #6795; fliks #629, #645
  it('fifty requests queued behind one refresh all carry its token, each once', async () => {
    const token = await field.server.userToken('martin');
    const next = deferred();
    const client = field.client({ token, tokenProvider: () => next.promise });
    field.server.faults.expireTokens();
    const first = client.request('GET', '/edges');
    await vi.waitFor(() => expect(field.requests('/video/edges')).toHaveLength(1));
    await vi.waitFor(() => expect(client.auth.state.refreshing).toBe(true));
    const queued = Array.from({ length: 50 }, () => client.request('GET', '/edges'));
    await new Promise((resolve) => setTimeout(resolve, 30));
    expect(field.requests('/video/edges')).toHaveLength(1);
    next.resolve(await field.server.userToken('martin'));
    await Promise.all([first, ...queued]);
    const answers = field.requests('/video/edges').slice(1);
    expect(answers).toHaveLength(51);
    expect(new Set(answers.map(({ tokenId }) => tokenId)).size).toBe(1);
    expect(answers.every(({ status }) => status === 200)).toBe(true);
  });

  // case 67, the neighbour: what is repeated for the network's sake
  it('a GET that the network loses is repeated twice, a POST never', async () => {
    const client = field.client({ token: await field.server.userToken('martin') });
    field.server.faults.failNext(2, { kind: 'reset' });
    await client.request('GET', '/edges');
    expect(field.requests('/video/edges')).toHaveLength(3);
    field.server.faults.failNext(1, { kind: 'reset' });
    expect(await rejection(client.request('POST', '/calls', { body: {} }))).toMatchObject({
      code: 'network',
    });
    expect(field.requests('/video/calls')).toHaveLength(1);
  });

  it('a request that times out is not repeated', async () => {
    const client = field.client({
      token: await field.server.userToken('martin'),
      timeouts: { requestMs: 80 },
    });
    field.server.faults.failNext(5, { kind: 'hang' });
    expect(await rejection(client.request('GET', '/edges'))).toMatchObject({ code: 'request_timeout' });
    expect(field.requests('/video/edges')).toHaveLength(1);
  });

  it('the provider is not asked about answers that are not about tokens', async () => {
    const provider = field.provider();
    const client = field.client({ tokenProvider: provider });
    const { faults } = field.server;
    faults.failNext(1, { kind: 'html', status: 401 });
    expect(await rejection(client.request('POST', '/calls', { body: {} }))).toMatchObject({ status: 401 });
    faults.failNext(1, { status: 429, code: 9 });
    expect(await rejection(client.request('POST', '/calls', { body: {} }))).toMatchObject({
      retryable: true,
    });
    faults.failNext(1, { status: 503 });
    expect(await rejection(client.request('POST', '/calls', { body: {} }))).toMatchObject({ status: 503 });
    faults.failNext(1, { status: 500, code: 40 });
    await rejection(client.request('POST', '/calls', { body: {} }));
    expect(provider).toHaveBeenCalledTimes(1);
    expect(field.requests('/video/calls')).toHaveLength(4);
  });

  it.each([400, 401, 403, 404])('code 40 is about the token under status %i, too', async (status) => {
    const provider = field.provider();
    const client = field.client({ tokenProvider: provider });
    field.server.faults.failNext(1, { status, code: 40 });
    await client.request('GET', '/edges');
    expect(provider).toHaveBeenCalledTimes(2);
  });

  it('an unknown connection id is replaced, and the watching request sent once more', async () => {
    vi.spyOn(Math, 'random').mockReturnValue(0);
    const client: StreamVideo = field.client({ tokenProvider: field.provider() });
    await client.connect();
    const stale = client.connectionId;
    field.server.faults.failNext(1, { status: 400, code: 46 });
    const call = client.call('default', 'x');
    await call.getOrCreate({}, { watch: true });
    vi.restoreAllMocks();
    const ids = field.requests('/video/call/default/x').map(({ query }) => query.connection_id);
    expect(ids).toEqual([stale, client.connectionId]);
    expect(ids[0]).not.toBe(ids[1]);
  });
});

describe('in virtual time', () => {
  inVirtualTime();

  it('a request refused after the refresh had begun elsewhere is replayed without another one', async () => {
    const provider = freshProvider();
    const { client, coordinator } = virtualScene({ tokenProvider: provider });
    await client.auth.getToken();
    const old = client.token;
    const answers: ((response: Response) => void)[] = [];
    coordinator.respond = ({ token }) =>
      token === old ? new Promise((resolve) => answers.push(resolve)) : answer();
    const fates = [1, 2].map(() => watch(client.request('GET', '/edges')));
    await settle();
    answers[0]?.(refusal(40));
    await advance(10);
    expect(fates[0]).toMatchObject({ isSettled: true });
    answers[1]?.(refusal(40));
    await advance(10);
    expect(fates[1]).toMatchObject({ isSettled: true, value: { duration: '1ms' } });
    expect(provider).toHaveBeenCalledTimes(2);
  });

  // principle 7
  it.each([41, 42, 43, 5])('a new token refused with %i gives way to the one that works', async (code) => {
    const provider = freshProvider(3600);
    const { client, coordinator, events } = virtualScene({ tokenProvider: provider });
    await client.request('GET', '/edges');
    const good = client.token;
    coordinator.respond = ({ token }) => (token === good ? answer() : refusal(code));
    await client.auth.refresh();
    expect(client.token).not.toBe(good);
    const fate = watch(client.request('GET', '/edges'));
    await advance(6_000);
    expect(fate).toMatchObject({ isSettled: true, value: { duration: '1ms' } });
    expect(client.token).toBe(good);
    expect(events.filter(({ type }) => type === 'token.refresh_failed')).toHaveLength(1);
  });

  it.each([43, 5])('a first token refused with %i is told, and nothing is replayed', async (code) => {
    const provider = freshProvider();
    const { client, coordinator } = virtualScene({ tokenProvider: provider });
    coordinator.respond = () => refusal(code);
    expect(await rejection(client.request('GET', '/edges'))).toMatchObject({
      name: 'ApiError',
      apiCode: code,
    });
    expect(coordinator.requests).toHaveLength(1);
    expect(provider).toHaveBeenCalledTimes(1);
  });

  it('an accepted token that is refused with 43 later is told, and kept', async () => {
    const { client, coordinator } = virtualScene({ token: freshToken('martin', 3600) });
    await client.request('GET', '/edges');
    coordinator.respond = () => refusal(43);
    expect(await rejection(client.request('GET', '/edges'))).toMatchObject({ apiCode: 43 });
    coordinator.respond = () => answer();
    await client.request('GET', '/edges');
    expect(coordinator.requests).toHaveLength(3);
  });

  it('a caller who aborts while the token is renewed leaves no trace on the wire', async () => {
    const next = deferred();
    const provider = freshProvider();
    const { client, coordinator } = virtualScene({ tokenProvider: provider });
    await client.auth.getToken();
    provider.mockImplementation(() => next.promise);
    coordinator.respond = ({ token }) => (token === first ? refusal(40) : answer());
    const first = client.token;
    const controller = new AbortController();
    const fate = watch(client.request('GET', '/edges', { signal: controller.signal }));
    await settle();
    const reason = { why: 'left the page' };
    controller.abort(reason);
    await settle();
    expect(fate).toMatchObject({ isSettled: true });
    expect(fate.error).toBe(reason);
    next.resolve(freshToken('martin', 3600));
    await advance(1_000);
    expect(coordinator.requests).toHaveLength(1);
    expect(client.token).not.toBe(first);
  });

  // lifecycle section 4 and api.md, errors: without a provider nobody is to mint anew
  it('a second 40 for a token that was handed in is its end', async () => {
    const [first, second] = [freshToken('martin', 3600), freshToken('martin', 3600)];
    const { client, coordinator, events } = virtualScene({ token: first });
    coordinator.respond = () => {
      if (coordinator.requests.length === 1) client.auth.setToken(second);
      return refusal(40);
    };
    expect(await rejection(client.request('GET', '/edges'))).toMatchObject({ code: 'token_expired' });
    expect(coordinator.tokens).toEqual([first, second]);
    expect(client.auth.state).toMatchObject({ status: 'suspended', reason: 'token_expired' });
    expect(events.map(({ type }) => type).slice(-2)).toEqual(['token.expired', 'auth.suspended']);
  });

  // lifecycle section 4, rule 7: what breaks off was sent, whatever class the runtime throws (Firefox: a TypeError)
  it('a GET whose answer breaks off is repeated, a POST is not', async () => {
    const { client, coordinator } = virtualScene({ token: freshToken('martin', 3600) });
    const broken = () =>
      new Response(
        new ReadableStream({ start: (stream) => stream.error(new TypeError('Error in input stream')) }),
      );
    coordinator.respond = () => (coordinator.requests.length === 1 ? broken() : answer({ duration: '2ms' }));
    const fate = watch(client.request('GET', '/edges'));
    await advance(1_000);
    expect(fate.value).toEqual({ duration: '2ms' });
    coordinator.respond = broken;
    expect(await rejection(client.request('POST', '/edges'))).toMatchObject({
      code: 'network',
      message: expect.stringContaining('broke off'),
    });
    expect(coordinator.requests).toHaveLength(3);
  });

  // lifecycle section 4, the row 429: also where a proxy says it
  it('a 429 in whatever words may be tried again, and tells the limit', async () => {
    const { client, coordinator } = virtualScene({ token: freshToken('martin', 3600) });
    const headers = { 'content-type': 'text/html', 'x-ratelimit-limit': '5', 'x-ratelimit-remaining': '0' };
    coordinator.respond = () => new Response('<html>', { status: 429, headers });
    expect(await rejection(client.request('GET', '/edges'))).toMatchObject({
      code: 'api_error',
      status: 429,
      retryable: true,
      rateLimit: { limit: 5, remaining: 0 },
    });
  });

  // case 103 (c), and lifecycle section 9: silence is not the coordinator's JSON
  it("an empty 200 is nobody's answer, and says nothing about the token", async () => {
    const { client, coordinator } = virtualScene({ token: freshToken('martin', 3600) });
    coordinator.respond = () => new Response('');
    const error = { code: 'api_error', status: 200 };
    expect(await rejection(client.request('GET', '/edges'))).toMatchObject(error);
    expect(await rejection(client.call('default', '1').get())).toMatchObject(error);
    coordinator.respond = () => new Response(null, { status: 204 });
    expect(await client.request('DELETE', '/devices')).toBeUndefined();
  });

  // api.md section 3: what is aborted rejects with its reason, after disconnect() everything with SessionEndedError
  it('a watching request that cannot begin says why', async () => {
    const { client } = virtualScene({ tokenProvider: freshProvider() });
    const call = client.call('default', '1');
    const reason = new Error('left the page');
    expect(await rejection(call.get({ watch: true }))).toMatchObject({ code: 'not_connected' });
    expect(await rejection(call.get({ watch: true, signal: AbortSignal.abort(reason) }))).toBe(reason);
    await client.connect();
    await client.disconnect();
    expect(await rejection(call.get({ watch: true }))).toMatchObject({ code: 'session_ended' });
  });
});
