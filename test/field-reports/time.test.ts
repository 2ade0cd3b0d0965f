import { describe, expect, it, vi } from 'vitest';
import { answer, refusal } from '../support/fake-coordinator.js';
import { fakeToken, freshToken } from '../support/tokens.js';
import { advance, settle } from '../support/virtual.js';
import {
  deferred,
  freshProvider,
  inVirtualTime,
  Loopback,
  rejection,
  stubPage,
  virtualScene,
  watch,
} from './support.js';

const HOUR_MS = 3_600_000;
const MINUTE_MS = 60_000;

/** A provider whose back end lives at another time. */
function skewedProvider(serverNow: () => number, lifeSeconds: number) {
  let serial = 0;
  return vi.fn(() => {
    serial += 1;
    const now = Math.floor(serverNow() / 1000);
    return fakeToken({ user_id: 'martin', iat: now, exp: now + lifeSeconds, jti: `skewed-${serial}` });
  });
}

/** As a network would: some time passes, however little. */
function aMoment(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 5));
}

describe('over the wire', () => {
  const field = new Loopback();

  // case 27: okta-oidc-js #894; okta-signin-widget #1899; oidc-client-js #884; angular-oauth2-oidc #1135
  it.each([
    ['ahead', -HOUR_MS],
    ['behind', HOUR_MS],
  ])(
    'a client whose clock is an hour %s uses fresh tokens and asks once',
    async (_name, serverMinusLocalMs) => {
      field.server.faults.skewClock(serverMinusLocalMs);
      const provider = field.provider('martin', 1_800);
      const client = field.client({ tokenProvider: provider });
      await client.connect();
      for (let count = 0; count < 10; count += 1) await client.request('GET', '/edges');
      expect(provider).toHaveBeenCalledTimes(1);
      expect(field.server.requests.filter(({ apiCode }) => apiCode !== undefined)).toEqual([]);
      expect(client.auth.state).toMatchObject({ status: 'active', phase: 'fresh' });
    },
  );

  // case 35: stream-node #64; stream-chat-net #209; stream-py #198; ably-js #1720; livekit #2394
  it('a token from a second ahead is sent once more, and taken', async () => {
    const iat = Math.floor(Date.now() / 1000) + 1;
    const provider = vi.fn(() => field.server.userToken('martin', { claims: { iat } }));
    const client = field.client({ tokenProvider: provider });
    await client.request('GET', '/edges');
    expect(provider).toHaveBeenCalledTimes(1);
    const codes = field.requests('/video/edges').map(({ apiCode }) => apiCode);
    expect(codes.at(-1)).toBeUndefined();
    expect(codes.length).toBeLessThanOrEqual(2);
  });
});

describe('in virtual time', () => {
  inVirtualTime();

  // case 27, by each kind of evidence
  describe.each([
    ['the Date header', { date: true, frames: false }],
    ['frames of the socket', { date: false, frames: true }],
    ['the tokens alone', { date: false, frames: false }],
  ])('a clock that is wrong by an hour, with %s as evidence', (_name, evidence) => {
    it.each([
      ['ahead', -HOUR_MS],
      ['behind', HOUR_MS],
    ])('(%s) costs at most one provider call a token', async (_side, offsetMs) => {
      const serverNow = () => Date.now() + offsetMs;
      const provider = skewedProvider(serverNow, 1_800);
      const { client, coordinator } = virtualScene({ tokenProvider: provider }, { serverNow });
      coordinator.respond = () =>
        answer({}, 200, evidence.date ? { date: new Date(serverNow()).toUTCString() } : {});
      if (evidence.frames) await client.connect();
      for (let step = 0; step < 120; step += 1) {
        await client.request('GET', '/edges');
        await advance(5_000);
      }
      expect(provider).toHaveBeenCalledTimes(1);
      expect(coordinator.requests).toHaveLength(120);
      // Its end is met in time all the same.
      for (let step = 0; step < 22; step += 1) {
        await client.request('GET', '/edges');
        await advance(MINUTE_MS);
      }
      expect(provider).toHaveBeenCalledTimes(2);
    });
  });

  it('a clock that is wrong without any evidence costs calls at the pace of the floor, and refuses nobody', async () => {
    let serial = 0;
    const provider = vi.fn(() => {
      serial += 1;
      return fakeToken({ user_id: 'martin', exp: Math.floor(Date.now() / 1000) - 1_800, jti: `${serial}` });
    });
    const { client, coordinator } = virtualScene({ tokenProvider: provider });
    for (let second = 0; second < 60; second += 1) {
      await client.request('GET', '/edges');
      await advance(1_000);
    }
    expect(coordinator.requests).toHaveLength(60);
    expect(provider.mock.calls.length).toBeLessThanOrEqual(13);
  });

  it('a clock that is wrong by more than a minute is told once', async () => {
    const serverNow = () => Date.now() - HOUR_MS;
    const { client, events } = virtualScene(
      { tokenProvider: skewedProvider(serverNow, 1_800) },
      { serverNow },
    );
    await client.connect();
    await advance(10 * MINUTE_MS);
    const skews = events.filter(({ type }) => type === 'clock.skew');
    expect(skews).toHaveLength(1);
    expect(Math.abs((skews[0]?.ms as number) + HOUR_MS)).toBeLessThan(2_000);
  });

  // case 29: directus #4054; keycloak-js #107; authkit-nextjs #273; openshift.io #94; meridian #515, #583; payload #670
  // case 36: firebase-js-sdk #97; nhost-js-sdk #80; react-native #12981
  it.each<[string, number]>([
    ['25 days', Date.parse('2026-03-27T10:00:00Z') / 1000],
    ['30 days', Date.parse('2026-04-01T10:00:00Z') / 1000],
    ['10 years', Date.parse('2036-03-02T10:00:00Z') / 1000],
    ['as long as numbers go', Number.MAX_SAFE_INTEGER],
    ['until a time written in milliseconds', Date.parse('2027-03-02T10:00:00Z')],
    ['until 1e308', 1e308],
  ])('a token that lives %s sets no timer beyond a minute, and asks nobody', async (_name, exp) => {
    const delays: number[] = [];
    const { setTimeout: fake } = globalThis;
    vi.stubGlobal('setTimeout', (callback: () => void, delayMs: number) => {
      delays.push(delayMs);
      return fake(callback, delayMs);
    });
    const iat = Math.floor(Date.now() / 1000);
    const provider = vi.fn(() => fakeToken({ user_id: 'martin', iat, exp }));
    const { client } = virtualScene({ tokenProvider: provider });
    await client.connect();
    await advance(10 * MINUTE_MS);
    await client.disconnect();
    vi.unstubAllGlobals();
    expect(provider).toHaveBeenCalledTimes(1);
    expect(Math.max(...delays)).toBeLessThanOrEqual(MINUTE_MS);
    expect(Math.min(...delays)).toBeGreaterThanOrEqual(0);
    expect(delays.length).toBeLessThan(150);
  });

  it('a token of 30 days is refreshed ahead of its end all the same', async () => {
    const provider = freshProvider(30 * 24 * 3600);
    const { client } = virtualScene({ tokenProvider: provider });
    await client.auth.getToken();
    vi.setSystemTime(Date.now() + 30 * 24 * HOUR_MS - 5 * MINUTE_MS);
    await client.auth.getToken();
    await settle();
    expect(provider).toHaveBeenCalledTimes(2);
  });

  it.each<[string, unknown]>([
    ['missing', undefined],
    ['null', null],
    ['a string', '4102444800'],
    ['NaN, as JSON has it', Number.NaN],
    ['a list', [4102444800]],
    ['true', true],
  ])('an expiry that is %s is none: the token is refreshed only when refused', async (_name, exp) => {
    const provider = vi.fn(() => fakeToken({ user_id: 'martin', exp, jti: String(Math.random()) }));
    const { client, coordinator } = virtualScene({ tokenProvider: provider });
    await client.connect();
    await advance(30 * MINUTE_MS);
    expect(provider).toHaveBeenCalledTimes(1);
    const first = client.token;
    coordinator.respond = ({ token }) => (token === first ? refusal(40) : answer());
    await client.request('GET', '/edges');
    expect(provider).toHaveBeenCalledTimes(2);
  });

  it.each([
    ['with a fraction', 60.75],
    ['negative', -62_135_596_800],
    ['zero', 0],
  ])('an expiry that is %s is taken for what it is', async (_name, value) => {
    const exp = value > 0 ? Math.floor(Date.now() / 1000) + value : value;
    const { client } = virtualScene({ tokenProvider: () => fakeToken({ user_id: 'martin', exp }) });
    await client.request('GET', '/edges');
    expect(client.auth.state).toMatchObject({
      phase: value > 0 ? 'fresh' : 'expired',
      expiresAt: exp * 1000,
    });
  });

  // case 30: authkit-nextjs #289; hypothesis/client #384; teleport #51617; oidc-client-js #143; supabase #6464
  describe('after a sleep of two hours', () => {
    it.each(['visibilitychange', 'resume', 'pageshow', 'focus', 'online'])(
      '%s refreshes at once, by one call, before any timer',
      async (name) => {
        const page = stubPage();
        const provider = freshProvider(300);
        const { client } = virtualScene({ tokenProvider: provider });
        await client.connect();
        vi.setSystemTime(Date.now() + 2 * HOUR_MS);
        page.fire(name);
        page.fire('focus');
        page.fire('online');
        await settle();
        expect(provider).toHaveBeenCalledTimes(2);
        expect(client.auth.state).toMatchObject({ phase: 'fresh', generation: 2 });
      },
    );

    it('a request alone is enough: it waits for the new token', async () => {
      const provider = freshProvider(300);
      const { client, coordinator } = virtualScene({ tokenProvider: provider });
      await client.request('GET', '/edges');
      vi.setSystemTime(Date.now() + 2 * HOUR_MS);
      await Promise.all([1, 2, 3].map(() => client.request('GET', '/edges')));
      expect(provider).toHaveBeenCalledTimes(2);
      expect(new Set(coordinator.tokens.slice(1))).toEqual(new Set([client.token]));
      expect(coordinator.tokens[1]).not.toBe(coordinator.tokens[0]);
    });

    it('a refresh that fails lets the old token out, and the server decides', async () => {
      const provider = freshProvider(300);
      const { client, coordinator } = virtualScene({ tokenProvider: provider });
      await client.request('GET', '/edges');
      const old = client.token;
      provider.mockImplementation(() => Promise.reject(new Error('offline')));
      vi.setSystemTime(Date.now() + 2 * HOUR_MS);
      await client.request('GET', '/edges');
      expect(coordinator.tokens).toEqual([old, old]);
    });

    it('a hidden page without a call asks for nothing until it is shown', async () => {
      const page = stubPage();
      const provider = freshProvider(300);
      const { client } = virtualScene({ tokenProvider: provider });
      await client.connect();
      page.show('hidden');
      await advance(30 * MINUTE_MS);
      expect(provider.mock.calls.length).toBeLessThanOrEqual(2);
      const before = provider.mock.calls.length;
      vi.setSystemTime(Date.now() + 2 * HOUR_MS);
      page.show('visible');
      await settle();
      expect(provider.mock.calls.length - before).toBe(1);
    });
  });

  // lifecycle.md section 5, its kind: no wait hangs on the wall clock alone
  it('a wall clock set back does not make an official client a straggler for an hour', async () => {
    const provider = freshProvider();
    const { client } = virtualScene({ tokenProvider: provider });
    const video = client.auth.tokenProviderFor('video');
    await video();
    const second = await video();
    vi.setSystemTime(Date.now() - HOUR_MS);
    await advance(5_999);
    expect(await video()).toBe(second);
    await advance(1);
    expect(await video()).not.toBe(second);
  });

  it('a wall clock set back does not make a token immortal, nor one set ahead kill it', async () => {
    const start = Date.now() - performance.now();
    const serverNow = () => start + performance.now();
    const provider = skewedProvider(serverNow, 300);
    const { client } = virtualScene({ tokenProvider: provider }, { serverNow });
    await client.connect();
    vi.setSystemTime(Date.now() - 24 * HOUR_MS);
    await advance(300_000);
    expect(provider).toHaveBeenCalledTimes(2);
    vi.setSystemTime(Date.now() + 48 * HOUR_MS);
    await advance(100_000);
    expect(provider.mock.calls.length).toBeLessThanOrEqual(3);
  });

  it.each([2_000, 24 * HOUR_MS])(
    'a wall clock set back by %i ms during a refresh makes no loop',
    async (backMs) => {
      const provider = freshProvider();
      const { client, coordinator } = virtualScene({ tokenProvider: provider });
      await client.request('GET', '/edges');
      const refused = client.token;
      const slow = deferred();
      provider.mockImplementationOnce(() => slow.promise);
      const first = watch(client.auth.refresh());
      await advance(1_000);
      coordinator.respond = ({ token }) => (token === refused ? refusal(40) : answer());
      // Refused while an older attempt is under way: exactly one more is to follow.
      const second = watch(client.request('GET', '/edges'));
      await settle();
      vi.setSystemTime(Date.now() - backMs);
      await advance(1);
      let calls = 0;
      provider.mockImplementation(async () => {
        calls += 1;
        if (calls > 5) return new Promise<string>(() => {});
        await aMoment();
        return freshToken('martin', 3600);
      });
      slow.resolve(freshToken('martin', 3600));
      await advance(1_000);
      expect(first.isSettled).toBe(true);
      expect(second).toMatchObject({ isSettled: true, value: { duration: '1ms' } });
      expect(calls).toBe(1);
    },
  );

  // case 31: sub2api #5885; auth-js #101, #272; nhost #2037; oidc-client-ts #996; oidc-client-js #948
  it.each([1, 2, 5, 10, 30, 59, 60, 61, 90])(
    'tokens of %i s are refreshed without a loop while connected',
    async (lifeSeconds) => {
      const startedAt: number[] = [];
      const provider = vi.fn(() => {
        startedAt.push(Date.now());
        return freshToken('martin', lifeSeconds);
      });
      const { client } = virtualScene({ tokenProvider: provider });
      await client.connect();
      await advance(5 * MINUTE_MS);
      const gaps = startedAt.slice(1).map((at, index) => at - (startedAt[index] as number));
      expect(gaps.length).toBeGreaterThan(2);
      expect(Math.min(...gaps)).toBeGreaterThanOrEqual(Math.max(5_000, lifeSeconds * 500 - 1_000));
      expect(client.connectionState).toBe('connected');
    },
  );

  it.each([1, 2, 10])('requests with tokens of %i s ask no more than once each', async (lifeSeconds) => {
    const provider = freshProvider(lifeSeconds);
    const { client, coordinator } = virtualScene({ tokenProvider: provider });
    for (let count = 0; count < 50; count += 1) {
      await Promise.all([client.request('GET', '/edges'), client.request('GET', '/edges')]);
      await advance(1_000);
    }
    expect(coordinator.requests).toHaveLength(100);
    expect(provider.mock.calls.length).toBeLessThanOrEqual(51);
  });

  // case 32: oidc-client-ts #1601
  it('a token restored dead is refreshed where there is demand, and nowhere else', async () => {
    const provider = freshProvider();
    const token = freshToken('martin', -1);
    const { client } = virtualScene({ token, tokenProvider: provider });
    await advance(10 * MINUTE_MS);
    expect(provider).not.toHaveBeenCalled();
    await client.connect();
    expect(provider).toHaveBeenCalledTimes(1);
  });

  // case 34: twilio-voice.js #93, twilio-client.js #329; ably-dotnet #65; stream-chat-swift #1463
  it('each generation is refreshed ahead of its end, not the first one only', async () => {
    const provider = freshProvider(20);
    const { client, events } = virtualScene({ tokenProvider: provider });
    await client.connect();
    await advance(100_000);
    const generations = events
      .filter(({ type }) => type === 'token.refreshed')
      .map((event) => event.generation);
    expect(generations.slice(0, 5)).toEqual([1, 2, 3, 4, 5]);
  });

  it('each generation is refreshed when refused, not the first one only', async () => {
    const provider = freshProvider();
    const { client, coordinator } = virtualScene({ tokenProvider: provider });
    const refused = new Set<string | null>();
    coordinator.respond = ({ token }) => (refused.has(token) ? refusal(40) : answer());
    for (let round = 0; round < 5; round += 1) {
      await client.request('GET', '/edges');
      refused.add(client.token as string);
      await advance(60_000);
    }
    expect(provider).toHaveBeenCalledTimes(5);
  });

  it('each static token is announced before its end, not the first one only', async () => {
    const { client, events } = virtualScene({ token: freshToken('martin', 60) });
    await client.connect();
    for (let round = 0; round < 4; round += 1) {
      await advance(50_000);
      expect(events.filter(({ type }) => type === 'token.expiring')).toHaveLength(round + 1);
      client.auth.setToken(freshToken('martin', 60));
    }
  });

  it('tokens by hand and tokens by timer take turns', async () => {
    const provider = freshProvider(60);
    const { client, events } = virtualScene({ tokenProvider: provider });
    await client.connect();
    for (let round = 0; round < 3; round += 1) {
      client.auth.setToken(freshToken('martin', 60));
      await advance(55_000);
    }
    const reasons = events.filter(({ type }) => type === 'token.refreshed').map(({ reason }) => reason);
    expect(reasons).toEqual(['initial', 'manual', 'expiring', 'manual', 'expiring', 'manual', 'expiring']);
  });

  // case 35, in its kinds
  describe.each([
    [42, 'iat'],
    [41, 'nbf'],
  ])('code %i', (code, claim) => {
    const early = (seconds: number) => () => {
      const now = Math.floor(Date.now() / 1000);
      return fakeToken({ user_id: 'martin', iat: now, exp: now + 7_200, [claim]: now + seconds });
    };

    it.each([1, 2, 4])(
      'once, for a token from %i s ahead: the same token again, in time',
      async (seconds) => {
        const provider = vi.fn(early(seconds));
        const { client, coordinator } = virtualScene({ tokenProvider: provider });
        const begun = Date.now();
        coordinator.respond = () => (Date.now() - begun < seconds * 1000 ? refusal(code) : answer());
        const fate = watch(client.request('GET', '/edges'));
        await advance(6_000);
        expect(fate).toMatchObject({ isSettled: true, value: { duration: '1ms' } });
        expect(new Set(coordinator.tokens).size).toBe(1);
        expect(coordinator.requests).toHaveLength(2);
        expect(provider).toHaveBeenCalledTimes(1);
      },
    );

    it('again blames the clock of the token server, and asks the provider for nothing', async () => {
      const provider = vi.fn(early(3_600));
      const { client, coordinator } = virtualScene({ tokenProvider: provider });
      coordinator.respond = () => refusal(code);
      const fate = watch(client.request('GET', '/edges'));
      await advance(6_000);
      expect(fate.error).toMatchObject({ name: 'ApiError', apiCode: code });
      expect((fate.error as { remediation: string }).remediation).toMatch(/clock of the token server/);
      expect(coordinator.requests).toHaveLength(2);
      expect(provider).toHaveBeenCalledTimes(1);
    });

    it('on the socket: the same token once more, then the handshake stands', async () => {
      const provider = vi.fn(early(2));
      const { client, sockets } = virtualScene({ tokenProvider: provider }, { welcome: false });
      const fate = watch(client.connect());
      await settle();
      sockets[0]?.refuse(code);
      await advance(5_000);
      sockets[1]?.ok();
      await settle();
      expect(fate).toMatchObject({ isSettled: true, value: { id: 'martin' } });
      expect(sockets.map(({ sent }) => sent[0]?.token)).toEqual([client.token, client.token]);
      expect(provider).toHaveBeenCalledTimes(1);
    });

    it('on the socket twice: connect() is refused, and no third handshake follows', async () => {
      const provider = vi.fn(early(3_600));
      const { client, sockets } = virtualScene({ tokenProvider: provider }, { welcome: false });
      const fate = watch(client.connect());
      await settle();
      sockets[0]?.refuse(code);
      await advance(5_000);
      sockets[1]?.refuse(code);
      await advance(60_000);
      expect(fate.error).toMatchObject({ code: 'handshake_rejected', apiCode: code });
      expect(sockets).toHaveLength(2);
      expect(provider).toHaveBeenCalledTimes(1);
    });
  });

  // case 37: auth-js #226, #141, #710; GlycemicGPT #859; opencloud web #2128; vscode #89200
  it('ten minutes without a network end no session, and make no storm', async () => {
    vi.spyOn(Math, 'random').mockReturnValue(0.5);
    const page = stubPage();
    const provider = freshProvider(60);
    const { client, events } = virtualScene({ tokenProvider: provider });
    await client.connect();
    provider.mockImplementation(() => Promise.reject(new TypeError('fetch failed')));
    const before = provider.mock.calls.length;
    await advance(10 * MINUTE_MS);
    const tries = provider.mock.calls.length - before;
    expect(tries).toBeGreaterThan(5);
    expect(tries).toBeLessThan(20);
    expect(client.auth.state.status).toBe('active');
    expect(events.filter(({ type }) => type === 'auth.suspended')).toEqual([]);
    provider.mockImplementation(() => freshToken('martin', 3600));
    page.fire('online');
    await settle();
    expect(provider.mock.calls.length - before - tries).toBe(1);
    expect(client.auth.state).toMatchObject({ phase: 'fresh' });
    vi.restoreAllMocks();
  });

  it('after an offline event nobody is asked ahead of time, and once when the network is back', async () => {
    const page = stubPage();
    const provider = freshProvider(60);
    const { client } = virtualScene({ tokenProvider: provider });
    await client.connect();
    page.fire('offline');
    await advance(10 * MINUTE_MS);
    expect(provider).toHaveBeenCalledTimes(1);
    page.fire('online');
    await settle();
    expect(provider).toHaveBeenCalledTimes(2);
    expect(client.auth.state).toMatchObject({ phase: 'fresh' });
  });

  it('coming online does not open a door that the token endpoint itself has closed', async () => {
    const page = stubPage();
    const provider = freshProvider(60);
    const { client } = virtualScene({ tokenProvider: provider });
    await client.connect();
    provider.mockImplementation(() => Promise.reject(Object.assign(new Error('429'), { retryAfter: 120 })));
    await advance(50_000);
    const before = provider.mock.calls.length;
    page.fire('offline');
    page.fire('online');
    page.fire('focus');
    await advance(30_000);
    expect(provider.mock.calls.length).toBe(before);
  });

  // case 38: azure-sdk-for-js #14223, #14140, #13736
  it('a refresh that fails ahead of time fails no request while the token lives', async () => {
    const provider = freshProvider(3600);
    const { client, coordinator, events } = virtualScene({ tokenProvider: provider });
    await client.connect();
    provider.mockImplementation(() => Promise.reject(new Error('503')));
    await advance(3_600_000 - 2 * MINUTE_MS);
    for (let count = 0; count < 10; count += 1) await client.request('GET', '/edges');
    expect(coordinator.requests).toHaveLength(10);
    const failed = events.filter(({ type }) => type === 'token.refresh_failed');
    expect(failed.length).toBeGreaterThan(0);
    expect(failed.every(({ stillValidForMs }) => (stillValidForMs as number) > 0)).toBe(true);
    provider.mockImplementation(() => freshToken('martin', 3600));
    await advance(MINUTE_MS);
    expect(client.auth.state).toMatchObject({ phase: 'fresh', generation: 2 });
  });

  it('a refresh that hangs in the last seconds holds nobody beyond half the window', async () => {
    const provider = freshProvider(600);
    const { client, coordinator } = virtualScene({ tokenProvider: provider });
    await client.request('GET', '/edges');
    const token = client.token;
    const never = deferred();
    provider.mockImplementation(() => never.promise);
    // M of a token of 600 s is 30 s: at its half the token that still lives is sent.
    vi.setSystemTime(Date.now() + 575_000);
    const fate = watch(client.request('GET', '/edges'));
    await advance(9_900);
    expect(fate.isSettled).toBe(false);
    await advance(200);
    expect(fate.isSettled).toBe(true);
    expect(coordinator.tokens).toEqual([token, token]);
    never.reject(new Error('over'));
    await settle();
  });

  it('an error of a request never says that the token was too old by our clock', async () => {
    const { client, coordinator } = virtualScene({ token: freshToken('martin', -3_600) });
    await client.request('GET', '/edges');
    expect(coordinator.requests).toHaveLength(1);
    coordinator.respond = () => refusal(40);
    expect(await rejection(client.request('GET', '/edges'))).toMatchObject({ code: 'token_expired' });
  });
});
