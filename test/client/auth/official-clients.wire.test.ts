import { StreamVideo } from 'stream-video-auth';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { countingProvider, handshakes, until, withEmulator } from '../../emulator/conformance/support.js';
import { USER, VIDEO_CLIENTS, withClients } from './official-clients.support.js';

// Their own back-offs take seconds, so these run side by side.
describe.concurrent('official clients on our tokens', () => {
  it(
    'whose sockets are cut at expiry come back on one provider call',
    ({ expect }) =>
      withClients(true, async ({ emulator, provider }) => {
        emulator.faults.cutSocketsAtExpiry();
        emulator.faults.expireTokens(USER);
        const welcomed = () => handshakes(emulator).filter((code) => code === 101).length;
        await until(() => welcomed() === 8);
        expect(provider.calls).toBe(2);
      }),
    60_000,
  );

  // By itself the published client asks without end with a token that was refused, or not at all any more.
  it.for(VIDEO_CLIENTS)(
    'whose provider failed once are served all the same: %s',
    { timeout: 60_000 },
    ([, make], { expect }) =>
      withEmulator(async (emulator) => {
        const provider = countingProvider((call) => {
          if (call === 2) throw new Error('the token endpoint is down');
          return emulator.userToken(USER);
        });
        const { apiKey, url: baseUrl } = emulator;
        const ours = new StreamVideo({
          apiKey,
          baseUrl,
          user: { id: USER },
          tokenProvider: provider,
          logger: 'silent',
        });
        const video = make(emulator);
        await video.connectUser({ id: USER }, ours.auth.tokenProviderFor('video'));
        emulator.faults.revoke(USER);
        await expect(video.getDevices()).resolves.toBeDefined();
        expect(provider.calls).toBe(3);
        await video.disconnectUser();
        await ours.disconnect();
      }),
  );

  const HANG = new Promise<string>(() => {});
  const FAILURE = () => Promise.reject(new Error('the token endpoint is down'));
  const misbehaviours: [string, number, () => Promise<string>][] = [
    ['hangs at the first token', 1, () => HANG],
    ['fails at the first token', 1, FAILURE],
    ['hangs when the token was revoked', 2, () => HANG],
  ];
  const cases = VIDEO_CLIENTS.flatMap(([name, make]) =>
    misbehaviours.map(([how, badCall, misbehave]) => [name, how, { make, badCall, misbehave }] as const),
  );
  it.for(cases)(
    '(%s) whose provider %s are served by its next call',
    { timeout: 60_000 },
    ([, , { make, badCall, misbehave }], { expect }) =>
      withEmulator(async (emulator) => {
        const provider = countingProvider((call) =>
          call === badCall ? misbehave() : emulator.userToken(USER),
        );
        const { apiKey, url: baseUrl } = emulator;
        const ours = new StreamVideo({
          apiKey,
          baseUrl,
          user: { id: USER },
          tokenProvider: provider,
          timeouts: { providerMs: 2_000 },
          logger: 'silent',
        });
        const connect = async () => {
          const video = make(emulator);
          await video.connectUser({ id: USER }, ours.auth.tokenProviderFor('video'));
          return video;
        };
        // What the provider did is told, and is no answer to the next try: of another client, as that one asks for.
        if (badCall === 1) await expect(connect()).rejects.toThrow(/TokenProviderError/);
        const video = await connect();
        if (badCall === 2) emulator.faults.revoke(USER);
        await expect(Promise.all([video.getDevices(), video.getDevices()])).resolves.toHaveLength(2);
        expect(provider.calls).toBe(badCall + 1);
        await video.disconnectUser();
        await ours.disconnect();
      }),
  );
});

describe('a hundred requests of an official client that fail at once', () => {
  const { performance } = globalThis;
  let passedMs = 0;

  // The clocks stand still: on a slow machine a straggler would come later than the 6 s of a burst.
  beforeEach(() => {
    const [monotonicMs, wallMs] = [performance.now(), Date.now()];
    passedMs = 0;
    vi.spyOn(performance, 'now').mockImplementation(() => monotonicMs + passedMs);
    vi.spyOn(Date, 'now').mockReturnValue(wallMs);
  });

  afterEach(() => vi.restoreAllMocks());

  const OTHERS: [string, readonly ('chat' | 'next')[]][] = [
    ['alone', []],
    ['beside stream-chat', ['chat']],
    ['beside stream-chat and the next video client', ['chat', 'next']],
  ];
  // Each takes its five seconds, over which the official client spreads its retries: the others are played at night.
  const isPlayed = (hasSocket: boolean, others: readonly string[]) =>
    process.env.BURSTS === 'all' || others.length === (hasSocket ? 2 : 0);
  const cases = [true, false].flatMap((hasSocket) =>
    OTHERS.filter(([, others]) => isPlayed(hasSocket, others)).map(
      ([who, others]) =>
        [who, hasSocket ? 'with a socket of ours' : 'without one', { hasSocket, others }] as const,
    ),
  );

  it.each(cases)(
    'cost one provider call for each new token, %s, %s',
    async (_who, _how, { hasSocket, others }) => {
      await withClients(
        hasSocket,
        async (rig) => {
          const { emulator, ours, video, provider } = rig;
          for (const token of [2, 3]) {
            // Longer than a token must live so that its refusal is none on arrival.
            passedMs += 16_000;
            emulator.faults.revoke(USER);
            await Promise.all([
              ...Array.from({ length: 100 }, () => video.getDevices()),
              ...others.flatMap((name) => Array.from({ length: 20 }, () => rig[name].getDevices())),
              ...Array.from({ length: 20 }, () => ours.request('GET', '/devices')),
            ]);
            expect(provider.calls).toBe(token);
          }
          expect(ours.auth.state).toMatchObject({ status: 'active' });
          expect(ours.connectionState).toBe(hasSocket ? 'connected' : 'idle');
        },
        others,
      );
    },
    120_000,
  );

  it('of the next video client cost one, too', async () => {
    await withClients(true, async ({ emulator, next, provider }) => {
      passedMs += 16_000;
      emulator.faults.revoke(USER);
      await Promise.all(
        Array.from({ length: 100 }, (_, index) => (index % 2 ? next.getDevices() : next.getEdges())),
      );
      expect(provider.calls).toBe(2);
    });
  }, 120_000);
});
