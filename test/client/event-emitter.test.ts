import { beforeEach, describe, expect, test, vi } from 'vitest';
import { EventEmitter } from '../../src/client/event-emitter.js';

const logger = { debug: vi.fn(), info: vi.fn(), warn: vi.fn(), error: vi.fn() };
const ring = { type: 'call.ring', call_cid: 'default:1' };
let events: EventEmitter;
const listener = vi.fn();

beforeEach(() => {
  events = new EventEmitter(logger);
  listener.mockReset();
  logger.error.mockReset();
});

describe('a listener', () => {
  test('that is added twice hears twice, and each stop is for one of them', () => {
    const stop = events.on('call.ring', listener);
    const stopTheOther = events.on('call.ring', listener);
    events.emit(ring);
    expect(listener).toHaveBeenCalledTimes(2);
    stop();
    stop();
    events.emit(ring);
    expect(listener).toHaveBeenCalledTimes(3);
    stopTheOther();
    events.emit(ring);
    expect(listener).toHaveBeenCalledTimes(3);
  });

  test('that is taken off is gone, however often and in whichever way it was added', () => {
    const other = vi.fn();
    events.on('call.ring', listener);
    events.once('call.ring', listener);
    events.on('call.ring', other);
    events.off('call.ring', listener);
    events.emit(ring);
    expect([listener.mock.calls.length, other.mock.calls.length]).toEqual([0, 1]);
  });

  test('of the next event hears one, and may be stopped before', () => {
    events.once('call.ring', listener);
    events.emit(ring);
    events.emit(ring);
    expect(listener).toHaveBeenCalledTimes(1);
    events.once('call.ring', listener)();
    events.emit(ring);
    expect(listener).toHaveBeenCalledTimes(1);
  });

  test('of one call hears of no other, and is taken off for that one', () => {
    events.on('call.ring', listener, { cid: 'default:1' });
    events.emit({ ...ring, call_cid: 'default:2' });
    expect(listener).not.toHaveBeenCalled();
    events.off('call.ring', listener);
    events.emit(ring);
    expect(listener).toHaveBeenCalledWith(ring);
    events.off('call.ring', listener, { cid: 'default:1' });
    events.emit(ring);
    expect(listener).toHaveBeenCalledTimes(1);
  });

  const thrown = new TypeError('x is undefined');

  // case 224
  test.each([
    [
      'rejects',
      () => Promise.reject(thrown),
      { name: 'TypeError', message: 'x is undefined', stack: thrown.stack },
    ],
    [
      'throws',
      () => {
        throw 'x';
      },
      { name: 'string', message: 'it threw a value of type string' },
    ],
  ])('that %s disturbs nobody, and the log names event, message and stack', async (_name, fail, error) => {
    events.on('call.ring', fail);
    events.on('call.ring', listener);
    events.emit(ring);
    await Promise.resolve();
    await Promise.resolve();
    expect(listener).toHaveBeenCalledTimes(1);
    expect(logger.error).toHaveBeenCalledWith('A listener failed', { event: 'call.ring', error });
  });
});
