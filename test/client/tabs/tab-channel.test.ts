import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { TabChannel } from '../../../src/client/tabs/tab-channel.js';
import { FakeTabs } from '../../support/fake-tabs.js';
import { VALUES } from '../../support/unreadable.js';
import { settle } from '../../support/virtual.js';

let tabs: FakeTabs;

function open(key = 'martin') {
  const heard: unknown[] = [];
  const channel = new TabChannel(key, (candidate) => heard.push(candidate));
  channel.open();
  return { channel, heard };
}

beforeEach(() => {
  tabs = new FakeTabs();
});

afterEach(() => {
  vi.unstubAllGlobals();
});

describe('an offer', () => {
  test('reaches every other tab with the same key, and not the one that makes it', async () => {
    const [one, two, three] = [open(), open(), open()];
    one.channel.offer('token');
    await settle();
    expect([one.heard, two.heard, three.heard]).toEqual([[], ['token'], ['token']]);
  });

  test('reaches no tab with another key', async () => {
    const other = open('somebody else');
    open().channel.offer('token');
    await settle();
    expect(other.heard).toEqual([]);
  });

  test('of a closed channel reaches nobody, and a closed one hears nothing', async () => {
    const [one, two] = [open(), open()];
    one.channel.close();
    one.channel.offer('token');
    two.channel.offer('token');
    await settle();
    expect([one.heard, two.heard, one.channel.isOpen]).toEqual([[], [], false]);
  });

  test('that was on its way when the channel closed is not heard', async () => {
    const [one, two] = [open(), open()];
    one.channel.offer('token');
    two.channel.close();
    await settle();
    expect(two.heard).toEqual([]);
  });

  test('is heard again by a channel that is opened again, and once by one that is opened twice', async () => {
    const [one, two] = [open(), open()];
    two.channel.close();
    two.channel.open();
    two.channel.open();
    expect(tabs.size).toBe(2);
    one.channel.offer('token');
    await settle();
    expect(two.heard).toEqual(['token']);
  });
});

describe('a message of another form', () => {
  test.each([undefined, null, 1, 'token', {}, { token: null }, { token: { deep: true } }, []])(
    '(%j) is handed on as whatever is in the place of the token',
    (data) => {
      const { heard } = open();
      tabs.forge(data);
      expect(heard).toEqual([(data as { token?: unknown } | null | undefined)?.token]);
    },
  );

  test.each(Object.entries(VALUES))('(%s) is one without a token', (_name, make) => {
    const { heard } = open();
    tabs.forge(make());
    // In words that a failure can be told in.
    expect(heard.map((candidate) => candidate === undefined)).toEqual([true]);
  });
});

describe('the tab is alone, silently,', () => {
  const broken = class {
    constructor() {
      throw new DOMException('denied', 'SecurityError');
    }
  };
  const mute = class {
    onmessage = null;
    postMessage() {
      throw new Error('no');
    }
    close() {
      throw new Error('no');
    }
  };

  test.each([
    ['without BroadcastChannel', { BroadcastChannel: undefined }],
    ['where BroadcastChannel is something else', { BroadcastChannel: {} }],
    ['where it throws', { BroadcastChannel: broken }],
    ['in Deno, where it would keep the process alive', { Deno: {} }],
    ['without crypto', { crypto: undefined }],
    ['without crypto.subtle, as on a page without https', { crypto: {} }],
  ])('%s', (_name, globals: Record<string, unknown>) => {
    for (const [name, value] of Object.entries(globals)) vi.stubGlobal(name, value);
    const { channel } = open();
    channel.offer('token');
    expect(channel.isOpen).toBe(false);
    channel.close();
  });

  test('where it cannot be used once it is there', () => {
    vi.stubGlobal('BroadcastChannel', mute);
    const { channel } = open();
    channel.offer('token');
    channel.close();
    expect(channel.isOpen).toBe(false);
  });
});

test('a channel keeps no process alive, where the platform would have it do so', () => {
  const unref = vi.fn();
  vi.stubGlobal(
    'BroadcastChannel',
    class {
      onmessage = null;
      unref = unref;
      close() {}
    },
  );
  const { channel } = open();
  expect(unref).toHaveBeenCalledOnce();
  channel.close();
});
