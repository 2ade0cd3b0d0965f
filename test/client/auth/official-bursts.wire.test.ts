import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { USER, withClients } from './official-clients.support.js';

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
  // Each takes its time, over which the official clients spread their retries: the others have a step of their own.
  const isPlayed = (hasSocket: boolean, others: readonly string[]) =>
    process.env.BURSTS === 'all' || (others.length === 0 && !hasSocket);
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
