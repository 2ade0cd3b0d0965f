import { StreamVideo } from 'stream-video-auth';
import { describe, it } from 'vitest';
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
