import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { Call, StreamVideo } from 'stream-video-auth';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { answer } from '../../support/fake-coordinator.js';
import { settle } from '../../support/virtual.js';
import { at, callData, envelope, joined, type World, world } from './support.js';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

/** Finalizers run as tasks of their own. */
async function forget(): Promise<void> {
  for (let round = 0; round < 5; round += 1) {
    await new Promise((resolve) => setTimeout(resolve, 5));
    collect();
  }
}

let world_: World;
let client: StreamVideo;

beforeEach(async () => {
  world_ = world();
  client = world_.client;
  world_.coordinator.respond = ({ url }) =>
    answer(url.pathname.endsWith('/calls') ? { calls: [envelope()] } : joined(), 201);
  await world_.connect();
});

afterEach(() => client.disconnect());

/** Whether the client itself keeps a call alive on which this was done. */
async function isKept(use: (call: Call) => unknown): Promise<boolean> {
  const ref = await (async () => {
    const call = client.call('default', '1');
    await use(call);
    return new WeakRef(call);
  })();
  await settle();
  await forget();
  return ref.deref() !== undefined;
}

// case 217
describe('a call is kept while somebody has a use for it:', () => {
  test.each<[string, (call: Call) => unknown]>([
    ['it is joined', (call) => call.join()],
    ['it is watched', (call) => call.get({ watch: true })],
    ['it rings', (call) => call.ring()],
    ['somebody listens to it', (call) => void call.on('call.updated', () => {})],
    ['somebody listens once', (call) => void call.once('call.updated', () => {})],
    ['somebody subscribes to its state', (call) => void call.subscribe(() => {})],
  ])('%s', async (_why, use) => {
    expect(await isKept(use)).toBe(true);
  });

  test.each<[string, (call: Call) => unknown]>([
    ['nothing was done', () => {}],
    ['it was fetched', (call) => call.get()],
    [
      'it was left',
      async (call) => {
        await call.join();
        await call.leave();
      },
    ],
    [
      'it has ended',
      async (call) => {
        await call.join();
        world_.hear({ type: 'call.ended', call_cid: 'default:1', created_at: at(1), call: callData() });
      },
    ],
    ['nobody listens any more', (call) => call.on('call.updated', () => {})()],
    [
      'the one event came',
      (call) => {
        call.once('call.updated', () => {});
        world_.hear({ type: 'call.updated', call_cid: 'default:1', created_at: at(1), call: callData() });
      },
    ],
    ['nobody subscribes any more', (call) => call.subscribe(() => {})()],
    [
      'the session ended',
      async (call) => {
        await call.join();
        await client.disconnect();
      },
    ],
  ])('else not: %s', async (_why, use) => {
    expect(await isKept(use)).toBe(false);
  });
});

test('one hundred thousand calls are forgotten', async () => {
  collect();
  const before = process.memoryUsage().heapUsed;
  for (let number = 0; number < 100_000; number += 1) client.call('default', `c${number}`);
  await forget();
  expect(process.memoryUsage().heapUsed - before).toBeLessThan(5_000_000);
}, 60_000);

test('a call that somebody holds stays the same object', async () => {
  const call = client.call('default', '1');
  await forget();
  expect(client.call('default', '1')).toBe(call);
});

test('where the platform has no weak references, calls are kept', () => {
  const { WeakRef: original, FinalizationRegistry: registry } = globalThis;
  Object.assign(globalThis, { WeakRef: undefined, FinalizationRegistry: undefined });
  try {
    const other = world();
    expect(other.client.call('default', '1')).toBe(other.client.call('default', '1'));
  } finally {
    Object.assign(globalThis, { WeakRef: original, FinalizationRegistry: registry });
  }
});
