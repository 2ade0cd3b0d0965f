import { getEventListeners } from 'node:events';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { abortable, linkSignals, onAbort, pause } from '../../../src/client/environment/abortable.js';
import { Timers } from '../../../src/client/environment/timers.js';
import { settle, useVirtualTime } from '../../support/virtual.js';
import { watch } from '../../support/watch.js';

const never = new Promise<never>(() => {});
const listeners = (signal: AbortSignal) => getEventListeners(signal, 'abort').length;

/** Every way of ours to wait on a signal: starts one wait, and returns how to end it otherwise. */
const WAYS: readonly (readonly [string, (signal: AbortSignal) => () => void])[] = [
  ['onAbort', (signal) => onAbort(signal, () => {})],
  [
    'abortable',
    (signal) => {
      let end = () => {};
      watch(abortable(new Promise<void>((resolve) => (end = resolve)), signal));
      return end;
    },
  ],
  [
    'pause',
    (signal) => {
      let end = () => {};
      const wake = new Promise<void>((resolve) => (end = resolve));
      watch(pause(new Timers(), 60_000, [signal], wake));
      return end;
    },
  ],
  ['linkSignals', (signal) => linkSignals(signal).unlink],
];

beforeEach(() => useVirtualTime());
afterEach(() => vi.restoreAllMocks());

describe.each(WAYS)('%s', (_name, start) => {
  // case 227
  test('leaves one listener at a signal, however many wait, and none once they are done', async () => {
    const { signal } = new AbortController();
    const ends = Array.from({ length: 100 }, () => start(signal));
    expect(listeners(signal)).toBe(1);
    for (const end of ends.slice(1)) end();
    await settle();
    expect(listeners(signal)).toBe(1);
    ends[0]?.();
    await settle();
    expect(listeners(signal)).toBe(0);
  });

  test('can be used again on a signal that was left', async () => {
    const { signal } = new AbortController();
    for (let round = 0; round < 3; round += 1) {
      const end = start(signal);
      expect(listeners(signal)).toBe(1);
      end();
      await settle();
      expect(listeners(signal)).toBe(0);
    }
  });
});

describe('onAbort', () => {
  test('calls each listener once, also the same one added twice', () => {
    const controller = new AbortController();
    const listener = vi.fn();
    onAbort(controller.signal, listener);
    onAbort(controller.signal, listener);
    controller.abort();
    expect(listener).toHaveBeenCalledTimes(2);
  });

  test('does not call a listener that was stopped, not even by one that was called before it', () => {
    const controller = new AbortController();
    const listener = vi.fn();
    onAbort(controller.signal, () => stop());
    const stop = onAbort(controller.signal, listener);
    controller.abort();
    expect(listener).not.toHaveBeenCalled();
  });

  test('stopped twice stops no other', () => {
    const controller = new AbortController();
    const listener = vi.fn();
    const stop = onAbort(controller.signal, () => {});
    onAbort(controller.signal, listener);
    stop();
    stop();
    controller.abort();
    expect(listener).toHaveBeenCalledTimes(1);
  });
});

describe('waiting on many signals', () => {
  test('ends with the first one, whichever it is, and leaves nothing at the others', async () => {
    for (let first = 0; first < 3; first += 1) {
      const controllers = [new AbortController(), new AbortController(), new AbortController()];
      const signals = controllers.map(({ signal }) => signal);
      const waits = [watch(abortable(never, ...signals)), watch(pause(new Timers(), 60_000, signals))];
      const { signal } = linkSignals(...signals);
      controllers[first]?.abort(first);
      await settle();
      expect([...waits.map(({ error }) => error), signal.reason]).toEqual([first, first, first]);
    }
  });

  test('that have aborted before rejects at once', async () => {
    const aborted = AbortSignal.abort('before');
    const waits = [watch(abortable(never, aborted)), watch(pause(new Timers(), 60_000, [aborted]))];
    await settle();
    expect([...waits.map(({ error }) => error), linkSignals(aborted).signal.reason]).toEqual([
      'before',
      'before',
      'before',
    ]);
    expect(listeners(aborted)).toBe(1);
  });
});
