import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { LISTEN } from '../../../src/client/environment/abortable.js';
import { ConnectLoop } from '../../../src/client/socket/connect-loop.js';
import { type Established, HandshakeFailed } from '../../../src/client/socket/handshake.js';
import { ReconnectBackOff } from '../../../src/client/socket/reconnect-back-off.js';
import { type TestSession, tokenSession } from '../../support/token-session.js';
import { freshToken } from '../../support/tokens.js';
import { advance, settle, useVirtualTime } from '../../support/virtual.js';
import { watch } from '../../support/watch.js';

interface Attempt {
  readonly signal: AbortSignal;
  succeed(established: Established): void;
  fail(error?: unknown): void;
}

const LIMIT_MS = 10_000;

let on: TestSession;
let loop: ConnectLoop;
let attempts: Attempt[];
const adopt = vi.fn(({ me }: Established) => me);

const attempt = () => attempts[attempts.length - 1] as Attempt;
const lost = () => new HandshakeFailed({ kind: 'network', ending: { code: 1006, reason: '' } });

/** A socket that the server has welcomed for this user. */
function welcomed(userId = 'martin') {
  const close = vi.fn();
  const established = { socket: { close }, token: { userId }, me: { id: userId } };
  return { close, established: established as unknown as Established };
}

function make(options: Partial<ConstructorParameters<typeof ConnectLoop>[0]> = {}): void {
  attempts = [];
  on = tokenSession({ token: freshToken('martin', 3600) });
  loop = new ConnectLoop({
    isReconnect: false,
    connectMs: LIMIT_MS,
    session: on.session,
    environment: on.environment,
    logger: on.logger,
    backOff: new ReconnectBackOff(() => 1),
    handshake: (signal) =>
      new Promise((succeed, fail) => {
        attempts.push({ signal, succeed, fail });
        signal.addEventListener('abort', () => fail(signal.reason));
      }),
    adopt,
    ...options,
  });
}

function run() {
  return watch(loop.run(undefined));
}

beforeEach(() => {
  useVirtualTime();
  adopt.mockClear();
});

afterEach(async () => {
  on.session.end();
  await settle();
});

describe('the limit of connect()', () => {
  async function begin() {
    make();
    run();
    const connecting = watch(loop.join(undefined));
    await advance(4_000);
    return connecting;
  }

  async function expectRestOfLimit(connecting: { readonly state: string; readonly error?: unknown }) {
    await advance(5_999);
    expect(connecting.state).toBe('pending');
    await advance(1);
    expect(connecting.error).toMatchObject({ code: 'connect_timeout' });
    expect(vi.getTimerCount()).toBe(0);
  }

  test.each<[string, () => unknown]>([
    ['and nothing else happens', () => {}],
    ['and the network comes back', () => [loop.goOffline(), loop.goOnline()]],
    ['and the page comes back', () => loop.show()],
    ['and another caller joins', () => watch(loop.join(undefined))],
  ])('stands still in a step that does not count %s, and goes on after it', async (_name, meanwhile) => {
    const connecting = await begin();
    let done: (value: string) => void = () => {};
    const step = watch(loop.uncounted(new Promise((resolve) => (done = resolve))));
    meanwhile();
    await advance(60_000);
    expect(connecting.state).toBe('pending');
    done('done');
    await settle();
    expect(step.value).toBe('done');
    await expectRestOfLimit(connecting);
  });

  test('goes on after such a step that failed', async () => {
    const connecting = await begin();
    const step = watch(loop.uncounted(Promise.reject(new Error('503'))));
    await settle();
    expect(step.error).toMatchObject({ message: '503' });
    await expectRestOfLimit(connecting);
  });

  test('goes on at once where the network or the page comes back outside of such a step', async () => {
    const connecting = await begin();
    for (const [away, back] of [
      [() => loop.goOffline(), () => loop.goOnline()],
      [() => loop.hide(), () => loop.show()],
    ] as const) {
      away();
      await advance(60_000);
      back();
    }
    await expectRestOfLimit(connecting);
  });

  test('ends with the last caller, of whom a reconnect has none: it goes on without one', async () => {
    make({ isReconnect: true });
    const running = run();
    const controller = new AbortController();
    const connecting = watch(loop.join(controller.signal));
    controller.abort('enough');
    await settle();
    expect([connecting.error, vi.getTimerCount()]).toEqual(['enough', 0]);
    await advance(60_000);
    expect(running.state).toBe('pending');
  });

  test('is over once the server has welcomed us', async () => {
    make();
    run();
    const connecting = watch(loop.join(undefined));
    await settle();
    const { established } = welcomed();
    attempt().succeed(established);
    await settle();
    expect([connecting.value, vi.getTimerCount()]).toEqual([{ id: 'martin' }, 0]);
  });
});

describe('a reconnect that nobody waits for', () => {
  test('goes on whatever the network and the page do', async () => {
    make({ isReconnect: true });
    const running = run();
    await settle();
    for (const happens of [
      () => loop.show(),
      () => loop.goOffline(),
      () => loop.goOnline(),
      () => loop.hide(),
      () => loop.show(),
    ]) {
      expect(happens).not.toThrow();
      await settle();
    }
    expect([running.state, attempts.length]).toEqual(['pending', 2]);
  });

  test('takes steps that do not count as well', async () => {
    make({ isReconnect: true });
    run();
    const step = watch(loop.uncounted(Promise.resolve('done')));
    await settle();
    expect([step.value, vi.getTimerCount()]).toEqual(['done', 0]);
  });
});

describe('a page that goes away', () => {
  test('and is said to go once more, before it is shown, is waited for once', async () => {
    make();
    run();
    await settle();
    for (let times = 0; times < 2; times += 1) {
      loop.hide();
      await settle();
    }
    expect([attempts.length, attempt().signal.aborted]).toEqual([1, true]);
    loop.show();
    await settle();
    expect([attempts.length, attempt().signal.aborted]).toEqual([2, false]);
  });

  test('is no failure of the handshake under way: the next one is not backed off', async () => {
    make();
    run();
    await settle();
    loop.hide();
    loop.show();
    await settle();
    expect(attempts).toHaveLength(2);
    // The twin: a failure is.
    attempt().fail(lost());
    await advance(249);
    expect(attempts).toHaveLength(2);
    await advance(1);
    expect(attempts).toHaveLength(3);
  });
});

describe('a handshake that succeeds', () => {
  test('in the very moment in which the loop ends has its socket closed, and is not taken over', async () => {
    const { close, established } = welcomed();
    make({
      handshake: () => {
        const done = Promise.resolve(established);
        void done.then(() => loop.abort('enough'));
        return done;
      },
    });
    const running = run();
    await settle();
    expect(running.error).toBe('enough');
    expect(close.mock.calls).toEqual([[1000, 'client closed the connection']]);
    expect(adopt).not.toHaveBeenCalled();
  });

  test('for another user than there is by now has its socket closed, and the next is made at once', async () => {
    make();
    const running = run();
    await settle();
    const former = welcomed('guest-1');
    attempt().succeed(former.established);
    await settle();
    expect(former.close.mock.calls).toEqual([[1000, 'another user']]);
    expect([running.state, attempts.length, adopt.mock.calls.length]).toEqual(['pending', 2, 0]);
    const { close, established } = welcomed();
    attempt().succeed(established);
    await settle();
    expect([running.value, attempts.length, close.mock.calls.length]).toEqual([{ id: 'martin' }, 2, 0]);
  });
});

describe('a handshake that throws', () => {
  test('what is no failure of the handshake itself ends the loop with that error', async () => {
    make();
    const running = run();
    await settle();
    const error = new Error('no WebSocket');
    attempt().fail(error);
    await settle();
    expect([running.error, attempts.length]).toEqual([error, 1]);
  });

  test('what is one has it made again', async () => {
    make();
    const running = run();
    await settle();
    attempt().fail(lost());
    await advance(250);
    expect([running.state, attempts.length]).toEqual(['pending', 2]);
  });
});

describe('the end of the loop', () => {
  test('ends the handshake under way, and none that failed before', async () => {
    make();
    const running = run();
    await settle();
    attempt().fail(lost());
    await advance(250);
    loop.abort('enough');
    await settle();
    expect(running.error).toBe('enough');
    expect(attempts.map(({ signal }) => signal.aborted)).toEqual([false, true]);
  });
});

describe('a loop that is over', () => {
  /** What listens to the end of the session from now on. */
  function listening(): ReadonlySet<unknown> {
    const { ending } = on.session;
    const listeners = new Set<unknown>();
    const listen = ending[LISTEN];
    ending[LISTEN] = (listener) => {
      const stop = listen?.call(ending, listener);
      listeners.add(stop);
      return () => {
        listeners.delete(stop);
        stop?.();
      };
    };
    return listeners;
  }

  test.each<[string, () => void]>([
    ['by its success', () => attempt().succeed(welcomed().established)],
    ['by an error', () => attempt().fail(new Error('no WebSocket'))],
  ])('%s leaves nothing that listens to the end of the session', async (_name, end) => {
    make();
    const listeners = listening();
    make({ session: on.session });
    run();
    watch(loop.join(new AbortController().signal));
    await settle();
    expect(listeners.size).toBeGreaterThan(0);
    end();
    await settle();
    expect(listeners.size).toBe(0);
  });
});
