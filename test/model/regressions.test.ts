import { expect, test } from 'vitest';
import {
  abandonLater,
  abortLater,
  connect,
  drop,
  handIn,
  refresh,
  refuseAsConsumer,
  send,
  setProvider,
} from './actions.js';
import type { IssuerMode } from './issuer.js';
import type { RigSetup } from './rig.js';
import { runSequence } from './sequence.js';
import { Step } from './step.js';
import type { World } from './world.js';

const SETUP: RigSetup = {
  kind: 'provider',
  lifeSeconds: 3_600,
  areTokensUnique: true,
  refresh: 'auto',
  isInWorkers: false,
};

function step(name: string, act: (world: World) => unknown, thenMs = 0): Step {
  return new Step(name, {
    details: '',
    thenMs,
    act: async (world) => {
      act(world);
    },
  });
}

/** Every rule is checked after each step, and whether the client comes back in the end. */
async function keepsTheRules(rig: Partial<RigSetup>, ...steps: Step[]): Promise<void> {
  // The last three steps are the healing, the request and the end, twice looked at.
  await expect(runSequence({ seed: 7, rig: { ...SETUP, ...rig } }, steps)).resolves.toBe(steps.length);
}

const connects = step('connect', ({ rig }) => connect(rig));
const refreshes = step('refresh', ({ rig }) => refresh(rig));
const requests = step('request', ({ rig }) => send(rig, 'GET'));
const consumerRefuses = new Step('a consumer refuses', { details: '', thenMs: 0, act: refuseAsConsumer });
const secretIsWrong = step('the secret is wrong', ({ rig }) => {
  rig.issuer.isSecretWrong = true;
});
const providerRepeatsItself = step('the provider repeats itself', ({ rig }) => {
  rig.issuer.mode = 'same';
});
const serverIsSlow = step('the server is slow', ({ coordinator }) => {
  coordinator.skewMs = -900_000;
});
const becomes = (mode: World['coordinator']['mood'], thenMs = 0) =>
  step(
    `the server is ${mode}`,
    ({ coordinator }) => {
      coordinator.mood = mode;
    },
    thenMs,
  );

test('a back-off ends on a whole millisecond, so that fake timers get past it', async () => {
  await keepsTheRules(
    {},
    step('the provider fails', ({ rig }) => {
      rig.issuer.mode = 'rejects';
    }),
    connects,
    requests,
    step('time', () => {}, 20_000),
  );
});

test('a guest who becomes another while the socket opens introduces itself with the token of its own', async () => {
  await keepsTheRules(
    { kind: 'guest' },
    connects,
    refreshes,
    step('time', () => {}, 3_000),
    refreshes,
    connects,
    step('time', () => {}, 3_000),
  );
});

test('a request that the network lost is not sent again as a former guest', async () => {
  await keepsTheRules(
    { kind: 'guest' },
    step('offline', (world) => world.setOnline(false)),
    step('request', ({ rig }) => send(rig, 'GET'), 100),
    step('online', (world) => world.setOnline(true)),
    refreshes,
    step('time', () => {}, 3_000),
  );
});

test('a request that waits after a 42 is not sent again as a former guest', async () => {
  await keepsTheRules(
    { kind: 'guest' },
    step('the server is late', ({ coordinator }) => {
      coordinator.skewMs = -900_000;
    }),
    step('request', ({ rig }) => send(rig, 'POST'), 200),
    refreshes,
    step('time', () => {}, 10_000),
  );
});

test("a new guest's refused token does not bring back the former guest", async () => {
  await keepsTheRules(
    { kind: 'guest', lifeSeconds: 864_000 },
    step('request', ({ rig }) => send(rig, 'POST'), 1_500),
    step('connect', ({ rig }) => connect(rig), 6_000),
    step('the server is late', ({ coordinator }) => {
      coordinator.skewMs = -900_000;
    }),
    refreshes,
    step('time', () => {}, 20_000),
  );
});

test('a token that nobody used for minutes is not sent as one just delivered', async () => {
  await keepsTheRules(
    { lifeSeconds: 12, refresh: 'auto' },
    step('refresh', ({ rig }) => refresh(rig), 1_000),
    step('time', () => {}, 400_000),
    step('request', ({ rig }) => send(rig, 'GET'), 1_000),
    step('no answer was a refusal', ({ rig }) => {
      expect(rig.sends.map(({ answer }) => answer)).toEqual([0]);
    }),
  );
});

test('two 40 with a 500 between them are not two in a row', async () => {
  await keepsTheRules(
    { lifeSeconds: 90, areTokensUnique: false },
    becomes('broken'),
    step('revoke', ({ coordinator, rig }) => coordinator.revoke(rig.userId)),
    step('connect', ({ rig }) => connect(rig), 1_500),
    step('revoke', ({ coordinator, rig }) => coordinator.revoke(rig.userId), 3_000),
    becomes('well', 4_000),
    step('connected', ({ rig }) => expect(rig.client.connectionState).toBe('connected')),
  );
});

test('a token that is accepted after another one has come is the one to go back to', async () => {
  await keepsTheRules(
    {},
    step('get a token', ({ rig }) => rig.track('getToken', () => rig.client.auth.getToken()), 200),
    connects,
    step('a forged token is handed in', ({ rig }) => handIn(rig, 'forged'), 1_500),
    step('request', ({ rig }) => send(rig, 'GET'), 1_000),
    step('it was served', ({ rig }) => expect(rig.calls.at(-1)?.outcome?.isOk).toBe(true)),
  );
});

test('a kept token that the server refused is nothing to go back to', async () => {
  await keepsTheRules(
    {},
    step('request', ({ rig }) => send(rig, 'GET'), 1_500),
    step('revoke', ({ coordinator, rig }) => coordinator.revoke(rig.userId)),
    requests,
    step('a forged token is handed in', ({ rig }) => handIn(rig, 'forged'), 1_500),
    step('request', ({ rig }) => send(rig, 'GET'), 5_000),
    step('nobody went back to it, and the next request has another one', ({ rig }) => {
      expect(rig.calls.flatMap(({ sends }) => sends.map(({ answer }) => answer))).toContain(43);
      expect(rig.calls.at(-1)?.sends.map(({ answer }) => answer)).toEqual([0]);
    }),
  );
});

test('a token set by hand spares the provider the second try for a twin', async () => {
  await keepsTheRules(
    { kind: 'token_and_provider', lifeSeconds: 90, areTokensUnique: false },
    providerRepeatsItself,
    step('revoke', (world) => world.coordinator.revoke(world.rig.userId), 20),
    step('request', ({ rig }) => send(rig, 'GET'), 400),
    step('the second try is to come', ({ rig }) => expect(rig.asks).toHaveLength(1)),
    step('a token is handed in', ({ rig }) => handIn(rig, 'forged'), 1_500),
    step('nobody was asked', ({ rig }) => expect(rig.asks).toHaveLength(1)),
  );
});

test('a 43 about a token that has a successor by now is not the end of the request', async () => {
  await keepsTheRules(
    {},
    step('request', ({ rig }) => send(rig, 'GET'), 1_500),
    step('a forged token is handed in', ({ rig }) => handIn(rig, 'forged')),
    requests,
    step('a good token is handed in', ({ rig }) => handIn(rig, 'fresh'), 1_500),
    step('it was served', ({ rig }) => {
      expect(rig.calls.at(-1)?.sends.map(({ answer }) => answer)).toEqual([43, 0]);
    }),
  );
});

test('a late answer does not open the door that a later call has closed', async () => {
  const provider = (mode: IssuerMode, thenMs = 0) =>
    step(`the provider: ${mode}`, ({ rig }) => Object.assign(rig.issuer, { mode }), thenMs);
  await keepsTheRules(
    { lifeSeconds: 1 },
    provider('late'),
    step('refresh', ({ rig }) => refresh(rig), 10_500),
    provider('retry_after', 1_500),
    step('request', ({ rig }) => send(rig, 'POST'), 1_500),
    refreshes,
    step('the provider was left alone', ({ rig }) => expect(rig.asks).toHaveLength(2)),
  );
});

test('who reads the state in a listener does not keep subscribers from hearing of it', async () => {
  let told = 0;
  await keepsTheRules(
    {},
    step('subscribe', ({ rig: { client } }) => {
      client.on('token.refreshed', () => void client.auth.state);
      client.auth.subscribe(() => {
        told += client.auth.state.refreshing ? 0 : 1;
      });
    }),
    step('refresh', ({ rig }) => refresh(rig), 1_000),
    step('they were told', () => expect(told).toBeGreaterThan(0)),
  );
});

test('a wall clock that is set back does not keep a reconnect waiting', async () => {
  await keepsTheRules(
    {},
    step('connect', ({ rig }) => connect(rig), 1_000),
    step('the provider fails', ({ rig }) => Object.assign(rig.issuer, { mode: 'garbage' })),
    step('the token is revoked', ({ rig, coordinator }) => coordinator.revoke(rig.userId)),
    step('the socket is lost', (world) => drop(world, '1000'), 20_000),
    step('the clock is set back', ({ clock }) => clock.jump(-3_600_000)),
    step('the network is lost', ({ page }) => page.network(false)),
    step('the network is back', ({ page }) => page.network(true)),
    step('the provider works', ({ rig }) => Object.assign(rig.issuer, { mode: 'ok' }), 90_000),
    step('connected', ({ rig }) => expect(rig.client.connectionState).toBe('connected')),
  );
});

test('a watching request that meets 46 has no second replay for 40', async () => {
  await keepsTheRules(
    {},
    step('connect', ({ rig }) => connect(rig), 1_500),
    step('the server forgets the socket', (world) => drop(world, 'silent')),
    step('revoke', ({ coordinator, rig }) => coordinator.revoke(rig.userId), 3_000),
    step('each new connection is followed by a revocation', ({ coordinator, rig }) => {
      rig.client.on('connection.changed', ({ state }) => {
        if (state === 'connected') coordinator.revoke(rig.userId);
      });
    }),
    step(
      'watch',
      ({ rig }) => {
        rig.track('watch', ({ number }) => rig.client.call('default', `c${number}`).get({ watch: true }));
      },
      2_000,
    ),
    step('it was refused twice', ({ rig }) => {
      expect(rig.calls.at(-1)?.sends.map(({ answer }) => answer)).toEqual([40, 46, 40]);
    }),
  );
});

test('whoever waited for a refresh that failed goes back to the token accepted before', async () => {
  await keepsTheRules(
    { areTokensUnique: false },
    step('connect', ({ rig }) => connect(rig), 1_500),
    step('the provider repeats an old token', ({ rig }) => Object.assign(rig.issuer, { mode: 'expired' })),
    refreshes,
    step('the clock is set ahead', ({ clock }) => clock.jump(3_600_000)),
    requests,
    requests,
    step('request', ({ rig }) => send(rig, 'POST'), 6_000),
    step('all were served', ({ rig }) => {
      expect(rig.calls.filter(({ kind }) => kind === 'request').every(({ outcome }) => outcome?.isOk)).toBe(
        true,
      );
    }),
  );
});

test('a 42 about a token that two others have replaced since goes to the one in use', async () => {
  await keepsTheRules(
    {},
    step('connect', ({ rig }) => connect(rig), 60_000),
    step('the server is late', ({ coordinator }) => {
      coordinator.skewMs = -40_000;
    }),
    step('refresh', ({ rig }) => refresh(rig), 6_000),
    step('request', ({ rig }) => send(rig, 'GET'), 200),
    step('another request', ({ rig }) => send(rig, 'POST')),
    step('refresh', ({ rig }) => refresh(rig), 6_000),
    step('the second one came back to what the first one had brought back', ({ rig }) => {
      const post = rig.calls.find(({ method }) => method === 'POST');
      expect(post?.sends.map(({ answer }) => answer)).toEqual([42, 42, 0]);
    }),
  );
});

test('connect() after a refusal does not end the wait after a failure of the provider', async () => {
  await keepsTheRules(
    {},
    step('a forged token is handed in', ({ rig }) => handIn(rig, 'forged')),
    step('the provider fails', ({ rig }) => Object.assign(rig.issuer, { mode: 'rejects' })),
    step('the clock is set ahead', ({ clock }) => clock.jump(3_600_000)),
    step('connect', ({ rig }) => connect(rig), 200),
    step('the token was sent and refused', ({ rig }) => {
      expect(rig.sends.map(({ answer }) => answer)).toEqual([43]);
    }),
    step('connect', ({ rig }) => connect(rig), 200),
    step('the provider was left alone', ({ rig }) => expect(rig.asks).toHaveLength(1)),
  );
});

test('callers in a Worker who have waited in vain start one attempt each, not one at each look', async () => {
  await keepsTheRules(
    { isInWorkers: true },
    step('the provider hangs', ({ rig }) => Object.assign(rig.issuer, { mode: 'hangs' })),
    requests,
    step('request', ({ rig }) => send(rig, 'GET'), 20),
    step('request', ({ rig }) => send(rig, 'GET'), 9_000),
    step('few calls overlap', ({ rig }) => expect(rig.asks.length).toBeLessThan(10)),
  );
});

test('a request that waits after a 42 does not send a token that was refused with 40 meanwhile', async () => {
  await keepsTheRules(
    {},
    step('the server is late', ({ coordinator }) => {
      coordinator.skewMs = -9_000;
    }),
    step('request', ({ rig }) => send(rig, 'POST'), 200),
    step('the server gets the time right', ({ coordinator }) => {
      coordinator.skewMs = 0;
    }),
    step('the token is revoked', ({ rig, coordinator, clock }) => {
      clock.later(900, () => coordinator.revoke(rig.userId));
    }),
    step('request', ({ rig }) => send(rig, 'GET'), 950),
    step('another request', ({ rig }) => send(rig, 'GET'), 5_000),
    step('the first one did not see it refused', ({ rig }) => {
      const [first, , other] = rig.calls.map(({ sends }) => sends.map(({ answer }) => answer));
      expect(other).toContain(40);
      expect(first).toEqual([42, 0]);
    }),
  );
});

test('an accepted token that is handed in once more is nothing to go back to when it is refused', async () => {
  await keepsTheRules(
    {},
    step('request', ({ rig }) => send(rig, 'GET'), 1_500),
    step('the secret is rotated', ({ coordinator }) => coordinator.rotateSecret()),
    step('the held token is handed in', ({ rig }) => handIn(rig, 'held')),
    step('connect', ({ rig }) => connect(rig), 3_000),
    step('it was sent once', ({ rig }) => {
      expect(rig.sends.filter(({ via }) => via === 'socket').map(({ answer }) => answer)).toEqual([43]);
    }),
  );
});

test('an accepted token that is handed in once more is still what a forged one makes room for', async () => {
  await keepsTheRules(
    {},
    step('request', ({ rig }) => send(rig, 'GET'), 1_500),
    step('the held token is handed in', ({ rig }) => handIn(rig, 'held')),
    step('a forged token is handed in', ({ rig }) => handIn(rig, 'forged')),
    step('request', ({ rig }) => send(rig, 'GET'), 1_500),
    step('it was served', ({ rig }) => {
      expect(rig.calls.at(-1)?.sends.map(({ answer }) => answer)).toEqual([43, 0]);
    }),
  );
});

test('a token that is handed in twice is one token to the server', async () => {
  await keepsTheRules(
    {},
    step('request', ({ rig }) => send(rig, 'GET'), 1_500),
    step('a forged token is handed in', ({ rig }) => handIn(rig, 'forged')),
    requests,
    step('it is handed in again', ({ rig }) => handIn(rig, 'held'), 1_000),
    step('the one before it was used', ({ rig }) => {
      expect(rig.calls.at(-1)?.sends.map(({ answer }) => answer)).toEqual([43, 0]);
    }),
  );
});

test('the twin of a refused token and the call after it are one attempt: two useless tokens open no breaker', async () => {
  await keepsTheRules(
    { areTokensUnique: false },
    secretIsWrong,
    step('request', ({ rig }) => send(rig, 'GET'), 200),
    step('connect', ({ rig }) => connect(rig), 6_000),
    step('request', ({ rig }) => send(rig, 'GET'), 200),
    step('a third token was asked for', ({ rig }) => {
      expect(rig.asks.map(({ answer }) => answer?.kind)).toEqual(['token', 'token', 'token', 'token']);
      expect(new Set(rig.sends.map(({ token }) => token)).size).toBe(3);
    }),
  );
});

test('an attempt in a Worker goes on when its only caller aborts, with the second call after a twin', async () => {
  await keepsTheRules(
    { areTokensUnique: false, isInWorkers: true, lifeSeconds: 1 },
    step(
      'connect, aborted',
      (world) => abortLater(world, (signal) => connect(world.rig, signal), 700),
      6_000,
    ),
    step('the twin was asked for again', ({ rig }) => {
      const [, twin, second] = rig.asks;
      expect(second?.reason).toBe(twin?.reason);
      expect(second?.hasCaller).toBe(false);
    }),
  );
});

test('a 43 about a token that has a successor is remembered: nobody goes back to it', async () => {
  await keepsTheRules(
    { areTokensUnique: false },
    step('request', (world) => abandonLater(world, 0), 1_500),
    secretIsWrong,
    step('the secret is rotated', ({ coordinator }) => coordinator.rotateSecret()),
    step('request', ({ rig }) => send(rig, 'POST')),
    step('a token is handed in', ({ rig }) => handIn(rig, 'fresh'), 1_500),
    step('each was sent once', ({ rig }) => {
      expect(rig.sends.map(({ answer }) => answer)).toEqual([0, 43, 43]);
    }),
  );
});

test('the second call for a twin of a refused token is no cost of the consumer that asks meanwhile', async () => {
  await keepsTheRules(
    { areTokensUnique: false },
    step('connect', ({ rig }) => connect(rig), 500),
    step('the server ends the session of the token', (world) => drop(world, 'error_40')),
    consumerRefuses,
  );
});

test('what replaces a token that has ended by the clock of the server is no cost of a consumer', async () => {
  await keepsTheRules(
    { areTokensUnique: false },
    step('the clock is set back', ({ clock }) => clock.jump(-7_200_000)),
    step('connect', ({ rig }) => connect(rig), 12_200),
    step('the machine sleeps', ({ clock }) => clock.sleep(7_200_000), 6_000),
    consumerRefuses,
  );
});

test('what replaces a token that the server has refused is no cost of a consumer', async () => {
  await keepsTheRules(
    { kind: 'static', areTokensUnique: false },
    step('connect', ({ rig }) => connect(rig), 500),
    step('the server ends the session of the token', (world) => drop(world, 'error_40')),
    step('another way to get tokens', ({ rig }) => setProvider(rig)),
    consumerRefuses,
  );
});

test('a token that was dead by our clock on arrival costs a consumer no more than one that lives', async () => {
  await keepsTheRules(
    { lifeSeconds: 600 },
    step('the server is fast', ({ coordinator }) => Object.assign(coordinator, { skewMs: 900_000 })),
    step('request', ({ rig }) => send(rig, 'POST'), 1_500),
    consumerRefuses,
  );
});

test.for([0, 20])(
  'what replaces a token for a refused request that waits is no cost of a consumer, %d ms later',
  async (afterMs) => {
    await keepsTheRules(
      { kind: 'token_and_provider', areTokensUnique: false },
      step('revoke', ({ coordinator, rig }) => coordinator.revoke(rig.userId), 6_000),
      step('request', (world) => abortLater(world, (signal) => send(world.rig, 'GET', signal), 60)),
      step('refresh', ({ rig }) => refresh(rig), afterMs),
      consumerRefuses,
    );
  },
);

test('connect() may fail with the refusal of a token that an open connection was told of', async () => {
  await keepsTheRules(
    { areTokensUnique: false },
    step('connect', ({ rig }) => connect(rig), 200),
    step('the provider has a cache', ({ rig }) => Object.assign(rig.issuer, { mode: 'same' })),
    step('the server refuses the token', (world) => drop(world, 'error_43'), 1_500),
    step('connect', ({ rig }) => connect(rig), 1_500),
  );
});

test('a token that an open connection was refused with 43 is not used again, and no request fails unfairly for it', async () => {
  await keepsTheRules(
    { areTokensUnique: false },
    step('connect', ({ rig }) => connect(rig), 500),
    step('offline', (world) => world.setOnline(false)),
    step('the server refuses the token', (world) => drop(world, 'error_43'), 6_000),
    ...[1, 2, 3, 4].map(() => step('request', ({ rig }) => send(rig, 'GET'), 3_000)),
  );
});

test('whoever waits after 42 sends the same token once more, though the app handed in another and it was refused', async () => {
  await keepsTheRules(
    { kind: 'token_and_provider', lifeSeconds: 1, areTokensUnique: false },
    step('the server is slow', ({ coordinator }) => Object.assign(coordinator, { skewMs: -900_000 }), 7_700),
    step(
      'requests, of which one hears sooner than another that its token has ended',
      ({ rig }) => {
        for (let count = 0; count < 6; count += 1) send(rig, 'GET');
      },
      1_500,
    ),
    step('a token is handed in', ({ rig }) => handIn(rig, 'fresh')),
  );
});

test('an early token that is handed in again and refused meanwhile is not repeated', async () => {
  await keepsTheRules(
    { areTokensUnique: false },
    serverIsSlow,
    step('request', ({ rig }) => send(rig, 'GET'), 500),
    step('the token is handed in again', ({ rig }) => handIn(rig, 'held'), 200),
    step('the secret is rotated', ({ coordinator }) => coordinator.rotateSecret()),
    step('connect', ({ rig }) => connect(rig), 6_000),
  );
});

test('an attempt that was on its way when a third refusal opened the breaker asks again for a twin of the refused token', async () => {
  await keepsTheRules(
    { areTokensUnique: false },
    secretIsWrong,
    step('connect', ({ rig }) => connect(rig), 200),
    step('connect again', ({ rig }) => connect(rig), 6_000),
    step('request', ({ rig }) => send(rig, 'GET'), 40),
    step('refresh', ({ rig }) => refresh(rig), 6_000),
  );
});

test('what the server refused in an earlier session counts for no breaker of the next one', async () => {
  await keepsTheRules(
    { kind: 'anonymous', areTokensUnique: false },
    secretIsWrong,
    providerRepeatsItself,
    step('request', ({ rig }) => send(rig, 'GET'), 200),
    step('the session ends', ({ rig }) => void rig.disconnect()),
    step('connect', ({ rig }) => connect(rig)),
    consumerRefuses,
  );
});

test('an accepted token is kept, though its answer comes after two others took its place', async () => {
  await keepsTheRules(
    {},
    step('refresh', ({ rig }) => refresh(rig), 200),
    step('request', ({ rig }) => send(rig, 'GET')),
    secretIsWrong,
    step('an expired token is handed in', ({ rig }) => handIn(rig, 'expired')),
    step('request', ({ rig }) => send(rig, 'GET'), 200),
  );
});

test('a static token that an open connection was refused with 43 is nothing to go back to', async () => {
  await keepsTheRules(
    { kind: 'static', areTokensUnique: false },
    step('connect', ({ rig }) => connect(rig), 1_500),
    step('a forged token is handed in', ({ rig }) => handIn(rig, 'forged')),
    step('the server refuses the token', (world) => drop(world, 'error_43')),
    step('request', ({ rig }) => send(rig, 'GET')),
  );
});

test('whoever waits after 42 is told of a second one, where the provider gives that token again', async () => {
  await keepsTheRules(
    { areTokensUnique: false },
    serverIsSlow,
    providerRepeatsItself,
    step(
      'requests, of which one hears sooner than another',
      ({ rig }) => {
        for (let count = 0; count < 6; count += 1) send(rig, 'GET');
      },
      8_000,
    ),
  );
});

test('a reconnect ends with a provider that gives the token of another user', async () => {
  await keepsTheRules(
    { areTokensUnique: false },
    step('getToken', ({ rig }) => void rig.client.auth.getToken(), 200),
    step('the provider gives the token of another user', ({ rig }) => {
      rig.issuer.mode = 'wrong_user';
    }),
    step('connect', ({ rig }) => connect(rig), 200),
    step('the socket drops', (world) => drop(world, '1000')),
    step('refresh', ({ rig }) => refresh(rig), 1_500),
  );
});
