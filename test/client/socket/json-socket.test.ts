import { beforeEach, describe, expect, test, vi } from 'vitest';
import { Timers } from '../../../src/client/environment/timers.js';
import { type Ending, JsonSocket } from '../../../src/client/socket/json-socket.js';
import { type FakeSocket, fakeWebSockets } from '../../support/fake-coordinator.js';
import { advance, useVirtualTime } from '../../support/virtual.js';

let socket: FakeSocket;
let json: JsonSocket;
let frames: unknown[];
let endings: Ending[];
const listener = {
  onFrame: (frame: unknown) => frames.push(frame),
  onEnd: (ending: Ending) => endings.push(ending),
};

function make(change: (socket: FakeSocket) => void = () => {}): void {
  const { sockets, WebSocket } = fakeWebSockets(change);
  frames = [];
  endings = [];
  json = new JsonSocket(WebSocket, 'ws://x.example', new Timers());
  json.listen(listener);
  socket = sockets[0] as FakeSocket;
}

beforeEach(() => {
  useVirtualTime();
  make();
});

describe('a frame', () => {
  test('is an object with a type, as JSON text', () => {
    socket.receive({ type: 'health.check', a: 1 });
    expect(frames).toEqual([{ type: 'health.check', a: 1 }]);
  });

  test.each([
    ['bytes', new Uint8Array([123, 125]).buffer],
    ['text that is no JSON', '{"type":'],
    ['JSON null', 'null'],
    ['a JSON word', '"type"'],
    ['a JSON number', '7'],
    ['an object without a type', '{}'],
    ['an object whose type is a number', '{"type":7}'],
    ['nothing', undefined],
  ])('that is %s is a sign of life and nothing else', (_name, data) => {
    socket.receive(data);
    expect(frames).toEqual([undefined]);
    expect(endings).toEqual([]);
  });

  test('that comes after the end is not heard', () => {
    json.close();
    socket.receive({ type: 'health.check' });
    expect(frames).toEqual([]);
  });
});

describe('what is sent', () => {
  test('goes out while the socket is open', () => {
    socket.open();
    json.send({ a: 1 });
    expect(socket.sent).toEqual([{ a: 1 }]);
  });

  test.each([0, 2, 3])('does not in the ready state %i', (readyState) => {
    socket.readyState = readyState;
    json.send({ a: 1 });
    expect([json.isOpen, socket.sent]).toEqual([false, []]);
  });

  test('does not once we have closed, though the platform still says open', () => {
    socket.open();
    socket.close = () => {};
    json.close();
    json.send({ a: 1 });
    expect([json.isOpen, socket.sent]).toEqual([false, []]);
  });

  test('ends the socket where the platform throws', () => {
    socket.open();
    const thrown = new Error('gone');
    socket.send = () => {
      throw thrown;
    };
    json.send({ a: 1 });
    expect(endings).toEqual([{ code: 0, reason: '', cause: thrown }]);
    expect(socket.closedWith).toBeDefined();
  });
});

describe('an end', () => {
  test('is told once, with code and reason', () => {
    socket.end(1006, 'gone');
    socket.end(1006, 'gone');
    expect(endings).toEqual([{ code: 1006, reason: 'gone' }]);
  });

  test('without code and reason has 0 and nothing', () => {
    socket.end(undefined, undefined);
    expect(endings).toEqual([{ code: 0, reason: '' }]);
  });

  test('by an error alone is told a turn later, with what the platform says of it, and the socket is closed', async () => {
    socket.fail('broken');
    expect(endings).toEqual([]);
    await advance(0);
    expect(endings).toEqual([{ code: 0, reason: '', cause: 'broken' }]);
    expect(socket.closedWith).toEqual({ code: undefined, reason: undefined });
  });

  test('by an error and a close is told once, with the code of the close, and leaves no timer', () => {
    socket.fail();
    socket.end(1011, 'internal');
    expect(endings).toEqual([{ code: 1011, reason: 'internal' }]);
    expect(vi.getTimerCount()).toBe(0);
  });

  test('that we make is not told, nor what follows it', async () => {
    json.close(4000, 'done');
    socket.end(1006);
    socket.fail();
    await advance(0);
    expect(socket.closedWith).toEqual({ code: 4000, reason: 'done' });
    expect([endings, vi.getTimerCount()]).toEqual([[], 0]);
  });

  test('that we make after an error leaves no timer', () => {
    socket.fail();
    json.close();
    expect(vi.getTimerCount()).toBe(0);
  });

  test('that we make twice closes once', () => {
    const close = vi.spyOn(socket, 'close');
    json.close();
    json.close();
    expect(close).toHaveBeenCalledTimes(1);
    expect(close).toHaveBeenCalledWith(1000, '');
  });

  test('has a reason of at most 123 bytes', () => {
    json.close(1000, 'x'.repeat(200));
    expect(socket.closedWith?.reason).toBe('x'.repeat(123));
  });

  test.each(['ours', 'theirs'])('(%s) survives a platform that throws at close', (whose) => {
    socket.close = () => {
      throw new Error('gone already');
    };
    if (whose === 'ours') json.close();
    else socket.end(1006);
    expect(endings).toEqual(whose === 'ours' ? [] : [{ code: 1006, reason: '' }]);
  });

  test('from inside close() is not told of one that we make', () => {
    socket.close = () => socket.end(1006);
    json.close();
    expect(endings).toEqual([]);
  });
});
