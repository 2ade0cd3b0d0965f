import { act, render } from '@testing-library/react';
import { Suspense, startTransition, useEffect, useState, version } from 'react';
import { version as domVersion } from 'react-dom';
import { type StreamVideo, User } from 'stream-video-auth';
import { type CreateStreamVideoOptions, useCreateStreamVideo } from 'stream-video-auth/react';
import { afterEach, beforeEach, describe, expect, inject, it, vi } from 'vitest';
import { freshToken } from '../support/tokens.js';
import { useVirtualTime } from '../support/virtual.js';
import { watch } from '../support/watch.js';
import { MODES, mount, pass, Report, unmountAll } from './support/mount.js';
import { isEnded, refuseHandshake, World } from './support/world.js';

beforeEach(() => useVirtualTime());
afterEach(unmountAll);

it('these tests run against the React that they are meant for', () => {
  expect([version, domVersion].map((text) => text.split('.')[0])).toEqual([
    inject('reactMajor'),
    inject('reactMajor'),
  ]);
});

const forever = new Promise<never>(() => {});

/** Renders drafts that are never committed: they wait for something that never comes. */
function Drafting({ first, report, draft }: DraftingProps) {
  const [options, setOptions] = useState(first);
  const created = useCreateStreamVideo(options);
  useEffect(() => {
    draft.current = setOptions;
    report.created = created;
  }, [draft, report, created]);
  if (options.clientName === 'draft') throw forever;
  return null;
}

interface DraftingProps {
  first: CreateStreamVideoOptions;
  report: Report;
  draft: { current: (options: CreateStreamVideoOptions) => void };
}

describe.each(MODES)('useCreateStreamVideo $mode', (mode) => {
  it('makes one client that is connected by one socket, with one token', async () => {
    const world = new World();
    const app = mount(world.options(), mode);
    await pass();
    expect(app.created.client?.connectionState).toBe('connected');
    expect(app.created.error).toBeNull();
    expect(world.sockets).toHaveLength(1);
    expect(world.provider).toHaveBeenCalledTimes(1);
  });

  // case 100: stream-chat-react #2458
  it('inline options make no other client, however often it renders', async () => {
    const world = new World();
    const app = mount(world.options(), mode);
    await pass();
    const { created } = app;
    for (let render = 0; render < 50; render += 1) {
      app.rerender(world.options({ clientName: `app ${render}`, user: { id: 'martin', name: `${render}` } }));
    }
    await pass(1000);
    expect(app.created).toBe(created);
    expect(world.sockets).toHaveLength(1);
    expect(world.provider).toHaveBeenCalledTimes(1);
  });

  it('the provider that is asked is the one of the last render', async () => {
    const world = new World();
    const asked: string[] = [];
    const speakingAs = (session: string) =>
      world.options({
        tokenProvider: () => {
          asked.push(session);
          return freshToken('martin', 3600);
        },
      });
    const app = mount(speakingAs('first'), mode);
    await pass();
    app.rerender(speakingAs('second'));
    app.rerender(speakingAs('third'));
    await pass();
    expect(asked).toEqual(['first']);
    await act(async () => app.created.client?.auth.refresh());
    expect(asked).toEqual(['first', 'third']);
  });

  it('a provider that leaves the options stays in use: a render takes nothing from a session', async () => {
    const world = new World();
    const token = freshToken('martin', 3600);
    const app = mount(world.options({ token }), mode);
    await pass();
    app.rerender(world.options({ token, tokenProvider: undefined }));
    await act(async () => app.created.client?.auth.refresh());
    expect(world.provider).toHaveBeenCalledTimes(1);
  });

  it('a render ends no suspension: the new provider is asked once somebody wants a token again', async () => {
    const world = new World();
    const { UnauthorizedError } = await import('stream-video-auth');
    const app = mount(
      world.options({
        tokenProvider: () => {
          throw new UnauthorizedError();
        },
      }),
      mode,
    );
    await pass();
    expect(app.created.client?.auth.state).toMatchObject({ status: 'suspended', reason: 'unauthorized' });
    app.rerender(world.options());
    await pass(120_000);
    expect(world.provider).not.toHaveBeenCalled();
    expect(app.created.error).toMatchObject({ code: 'unauthorized' });
    act(() => app.created.retry());
    await pass();
    expect(app.created.error).toBeNull();
    expect(app.created.client?.connectionState).toBe('connected');
  });

  it('unmounting ends the session one macrotask later', async () => {
    const world = new World();
    const app = mount(world.options(), mode);
    await pass();
    const { client } = app.created;
    app.unmount();
    expect(client?.connectionState).toBe('connected');
    await pass();
    expect(client?.connectionState).toBe('disconnected');
    expect(world.liveSockets).toBe(0);
  });

  // case 235: stream-video-js #742
  it('unmounting while it connects leaves no socket, and no rejection that nobody asked for', async () => {
    const world = new World();
    world.greet = () => {};
    const app = mount(world.options(), mode);
    await pass();
    expect(world.liveSockets).toBe(1);
    app.unmount();
    await pass();
    expect(world.liveSockets).toBe(0);
  });

  it('null means that nobody is signed in; signing in and out is one client each', async () => {
    const world = new World();
    const app = mount(null, mode);
    await pass();
    expect(app.created).toMatchObject({ client: null, error: null });
    act(() => app.created.retry());
    app.rerender(world.options());
    await pass();
    const first = app.created.client;
    expect(first?.connectionState).toBe('connected');
    app.rerender(null);
    expect(app.created.client).toBeNull();
    await pass();
    expect(first?.connectionState).toBe('disconnected');
    app.rerender(world.options());
    await pass();
    expect(app.created.client).not.toBe(first);
    expect(world.liveSockets).toBe(1);
  });

  it('without `connect` there is a client and no socket', async () => {
    const world = new World();
    const app = mount(world.options({ connect: false }), mode);
    await pass();
    await act(async () => app.created.client?.auth.getToken());
    act(() => app.created.retry());
    await pass(60_000);
    expect(app.created.client?.connectionState).toBe('idle');
    expect(app.created.error).toBeNull();
    expect(world.sockets).toHaveLength(0);
  });

  it('without `connect` the app connects by itself: its failure is its own, and nothing is tried again', async () => {
    const world = new World();
    world.greet = refuseHandshake;
    const app = mount(world.options({ connect: false, timeouts: { connectMs: 1_000 } }), mode);
    await pass();
    const connecting = watch((app.created.client as StreamVideo).connect());
    await pass(1_000);
    expect(connecting.error).toMatchObject({ code: 'connect_timeout' });
    expect(app.created.error).toBeNull();
    const { length } = world.sockets;
    await pass(120_000);
    expect(world.sockets).toHaveLength(length);
  });

  it('an anonymous user is not connected, and that is no error', async () => {
    const world = new World();
    const app = mount(world.options({ user: User.anonymous, tokenProvider: undefined }), mode);
    await pass();
    act(() => app.created.retry());
    await pass();
    expect(app.created.client?.user.type).toBe('anonymous');
    expect(app.created.error).toBeNull();
    expect(world.sockets).toHaveLength(0);
  });

  it('what the app ends itself stays ended, and is no error', async () => {
    const world = new World();
    world.greet = () => {};
    const app = mount(world.options(), mode);
    await pass();
    await act(async () => app.created.client?.disconnect());
    await pass(300_000);
    expect(app.created.error).toBeNull();
    expect(app.created.client?.connectionState).toBe('disconnected');
    expect(world.sockets).toHaveLength(1);
  });

  describe('another identity is another client', () => {
    const others: [string, Record<string, unknown>][] = [
      ['user id', { user: { id: 'else' } }],
      ['kind of user', { user: User.guest('martin'), tokenProvider: undefined }],
      ['api key', { apiKey: 'other' }],
      ['baseUrl', { baseUrl: 'https://other.test' }],
    ];

    it.each(others)('%s: the former session ends before the next begins', async (_what, change) => {
      const world = new World();
      const former = vi.fn(() => freshToken('martin', 3600));
      const app = mount(world.options({ tokenProvider: former }), mode);
      await pass();
      const [first] = app.seen.slice(-1);
      app.rerender(world.options(change));
      await pass(7_200_000);
      expect(former).toHaveBeenCalledTimes(1);
      expect(world.log.slice(0, 3)).toEqual(['socket opened', 'socket closed', 'socket opened']);
      expect(first && isEnded(first)).toBe(true);
      expect(app.created.client?.connectionState).toBe('connected');
      expect(world.liveSockets).toBe(1);
    });

    it.each(others)('%s: no child is rendered with the client that ends', async (_what, change) => {
      const world = new World();
      const app = mount(world.options(), mode);
      await pass();
      app.rerender(world.options(change));
      await pass();
      const clients = app.seen.filter((client) => client !== null);
      expect(clients).toHaveLength(2);
      // Nobody, the first, nobody while it ends, the second.
      expect(app.seen.map((client) => client && clients.indexOf(client))).toEqual([null, 0, null, 1]);
    });

    it.each([
      ['the details of the user', { user: { id: 'martin', name: 'Martin' } }],
      ['the kind that is the default', { user: { id: 'martin', type: 'authenticated' } }],
      ['time limits', { timeouts: { connectMs: 1000 } }],
      ['the logger', { logger: 'error' }],
      ['connect', { connect: false }],
    ])('%s: is the same client', async (_what, change) => {
      const world = new World();
      const app = mount(world.options(), mode);
      await pass();
      const { created } = app;
      app.rerender(world.options(change));
      await pass();
      expect(app.created).toBe(created);
      expect(world.log).toEqual(['socket opened']);
    });
  });

  it('a render that is never committed changes no provider and makes no client', async () => {
    const world = new World();
    const committed = vi.fn(() => freshToken('martin', 3600));
    const report = new Report();
    const draft = { current: (_options: CreateStreamVideoOptions) => {} };
    render(
      <Suspense fallback="waiting">
        <Drafting first={world.options({ tokenProvider: committed })} report={report} draft={draft} />
      </Suspense>,
    );
    await pass();
    act(() => startTransition(() => draft.current(world.options({ clientName: 'draft' }))));
    await act(async () => report.created.client?.auth.refresh());
    act(() => startTransition(() => draft.current(world.options({ apiKey: 'draft', clientName: 'draft' }))));
    await pass();
    expect(committed).toHaveBeenCalledTimes(2);
    expect(world.provider).not.toHaveBeenCalled();
    expect(world.log).toEqual(['socket opened']);
  });
});
