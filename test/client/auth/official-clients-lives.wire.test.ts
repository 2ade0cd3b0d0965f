import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { USER, withClients } from './official-clients.support.js';

/** Longer than a token must live so that its refusal is none on arrival. */
const LIFE_MS = 16_000;

let passedMs = 0;
const { performance } = globalThis;
const now = performance.now.bind(performance);

/** Has the monotonic clock of all clients move on, as far as they look at it. */
const letLifePass = () => {
  passedMs += LIFE_MS;
};

beforeAll(() => {
  performance.now = () => now() + passedMs;
});

afterAll(() => {
  performance.now = now;
});

describe('official clients on our tokens cost one provider call for each of', () => {
  test.each([
    [10, 'beside our socket', true],
    [4, 'without a socket of ours', false],
  ] as const)(
    '%i lives, %s',
    async (lives, _how, hasSocket) => {
      await withClients(hasSocket, async ({ emulator, ours, video, chat, next, provider }) => {
        expect(provider.calls).toBe(1);
        const clients = [
          () => ours.request('GET', '/devices'),
          () => video.getDevices(),
          () => chat.getDevices(),
          () => next.getDevices(),
        ];
        for (let life = 1; life <= lives; life += 1) {
          letLifePass();
          if (life % 2 === 0) emulator.faults.revoke(USER);
          else emulator.faults.expireTokens(USER);
          // Each of them is the first in some life.
          const [first, ...others] = [...clients.slice(life % 4), ...clients.slice(0, life % 4)];
          await first?.();
          await Promise.all(others.map((request) => request()));
          expect([life, provider.calls]).toEqual([life, 1 + life]);
        }
        expect(ours.auth.state).toMatchObject({ status: 'active' });
      });
    },
    120_000,
  );
});
