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

const MIB = 1024 * 1024;
const text = (bytes: number, character = 'x') => {
  const each = new TextEncoder().encode(character).length;
  const rest = bytes - '{"type":"a","b":""}'.length;
  return `{"type":"a","b":"${character.repeat(Math.floor(rest / each))}${'y'.repeat(rest % each)}"}`;
};

/** The first and the last characters of one byte to four. */
const OF_EACH_LENGTH = 'x\x7f\x80\u07ff\u0800€\ud7ff\ue000\uffff\u{10000}\u{103ff}\u{10ffff}';

// case 213
describe('a frame larger than 4 MiB', () => {
  test.each(['x', 'é', '€', OF_EACH_LENGTH])('(of %j) ends the socket unparsed, with 4000', (character) => {
    const parse = vi.spyOn(JSON, 'parse');
    socket.receive(text(4 * MIB + 1, character));
    expect(parse).not.toHaveBeenCalled();
    expect(frames).toEqual([]);
    expect(endings).toEqual([{ code: 4000, reason: 'a frame larger than 4 MiB' }]);
    expect(socket.closedWith?.code).toBe(4000);
    parse.mockRestore();
  });

  test.each(['x', 'é', '€', OF_EACH_LENGTH])('is not one of exactly that many bytes (of %j)', (character) => {
    socket.receive(text(4 * MIB, character));
    expect([frames.length, endings]).toEqual([1, []]);
  });

  test('that comes while nobody listens ends the socket once somebody does', () => {
    json.pause();
    socket.receive({ type: 'first' });
    socket.receive(text(4 * MIB + 1));
    expect(endings).toEqual([]);
    json.listen(listener);
    expect([frames, endings.length]).toEqual([[{ type: 'first' }], 1]);
  });
});

describe('what comes while nobody listens', () => {
  test('is told in its order to the next listener', () => {
    json.pause();
    socket.receive({ type: 'a' });
    socket.receive({ type: 'b' });
    socket.end(1006);
    expect(frames).toEqual([]);
    json.listen(listener);
    expect([frames, endings.length]).toEqual([[{ type: 'a' }, { type: 'b' }], 1]);
  });

  test('is not told once we have closed, also by what was told first', () => {
    json.pause();
    socket.receive({ type: 'a' });
    socket.receive({ type: 'b' });
    json.listen({ ...listener, onFrame: (frame) => [frames.push(frame), json.close()] });
    expect(frames).toEqual([{ type: 'a' }]);
  });
});

// case 216
describe('a socket that can be torn down', () => {
  const terminate = vi.fn();
  let ends: () => void;

  beforeEach(() => {
    terminate.mockReset();
    make((made) =>
      Object.assign(made, { terminate, close: () => (made.readyState = Math.max(2, made.readyState)) }),
    );
    ends = () => socket.end(1000);
  });

  test.each<[string, () => void]>([
    ['our close', () => json.close()],
    ['an error', () => socket.fail()],
    ['a frame too large', () => socket.receive(text(4 * MIB + 1))],
  ])('is so a second after %s that the peer does not answer', async (_name, close) => {
    close();
    await advance(0);
    await advance(999);
    expect(terminate).not.toHaveBeenCalled();
    await advance(1);
    expect(terminate).toHaveBeenCalledTimes(1);
    expect(terminate.mock.contexts).toEqual([socket]);
  });

  test('is not where the peer answers, and no timer is left', async () => {
    json.close();
    await advance(500);
    ends();
    expect(vi.getTimerCount()).toBe(0);
    await advance(60_000);
    expect(terminate).not.toHaveBeenCalled();
  });

  test('is not once the peer itself has closed', async () => {
    ends();
    expect(vi.getTimerCount()).toBe(0);
  });

  test('needs a timer that keeps no process alive', () => {
    const unref = vi.fn();
    const set = vi.fn(() => ({ unref }));
    // Not a spy: those are restored once more after the last test of a file, with the virtual time of their own test.
    const { setTimeout } = globalThis;
    Object.assign(globalThis, { setTimeout: set });
    json.close();
    Object.assign(globalThis, { setTimeout });
    expect([set.mock.calls.length, unref.mock.calls.length]).toEqual([1, 1]);
  });

  test('is not torn down with a timer where it cannot be', () => {
    make();
    socket.open();
    json.close();
    expect(vi.getTimerCount()).toBe(0);
  });
});

describe('a class that cannot be listened to', () => {
  test.each([1, 2, 3, 4])('is refused, and its socket is closed (listener %i)', async (which) => {
    const { sockets, WebSocket } = fakeWebSockets((made) => {
      let count = 0;
      const add = made.addEventListener.bind(made);
      made.addEventListener = (type, heard) => {
        count += 1;
        if (count === which) throw new Error('no listeners here');
        add(type, heard);
      };
    });
    expect(() => new JsonSocket(WebSocket, 'ws://x.example', new Timers())).toThrow('no listeners here');
    expect(sockets.map(({ readyState }) => readyState)).toEqual([3]);
  });

  test('has no such method: refused in the same way, and no rejection is left to nobody', () => {
    const close = vi.fn();
    class Bare {
      readonly readyState = 0;
      readonly close = close;
    }
    expect(() => new JsonSocket(Bare as never, 'ws://x.example', new Timers())).toThrow(TypeError);
    expect(close).toHaveBeenCalledTimes(1);
  });
});
