import { act, render } from '@testing-library/react';
import { StreamVideo, type StreamVideoOptions } from 'stream-video-auth';
import {
  StreamVideoProvider,
  useAuthState,
  useCall,
  useConnectionState,
  useStreamVideo,
} from 'stream-video-auth/react';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { useVirtualTime } from '../support/virtual.js';
import { pass, unmountAll } from './support/mount.js';
import { World } from './support/world.js';

beforeEach(() => useVirtualTime());
afterEach(unmountAll);

const HOOKS = [
  ['useStreamVideo', useStreamVideo],
  ['useAuthState', useAuthState],
  ['useConnectionState', useConnectionState],
  ['useCall', () => useCall('default', 'standup')],
] as const;

function Say<T>({ useIt, said }: { useIt: () => T; said: T[] }) {
  const value = useIt();
  if (value !== said.at(-1)) said.push(value);
  return null;
}

/** What the hook says below this client; the same value is noted once. */
function show<T>(useIt: () => T, client: StreamVideo | null) {
  const said: T[] = [];
  const tree = (client: StreamVideo | null) => (
    <StreamVideoProvider client={client}>
      <Say useIt={useIt} said={said} />
    </StreamVideoProvider>
  );
  const view = render(tree(client));
  return {
    said,
    rerender: (client: StreamVideo | null) => view.rerender(tree(client)),
    unmount: view.unmount,
  };
}

const clientOf = (world: World) => new StreamVideo(world.options() as StreamVideoOptions);

describe('hooks below a provider', () => {
  it.each(HOOKS)('%s outside of one says what is missing', (_name, useIt) => {
    const silenced = vi.spyOn(console, 'error').mockImplementation(() => {});
    expect(() => render(<Say<unknown> useIt={useIt} said={[]} />)).toThrow(
      'Hooks need a <StreamVideoProvider> above',
    );
    silenced.mockRestore();
  });

  it.each([{ clinet: null }, { value: null }, { streamVideo: null }])(
    'the provider refuses %j and says that it is client',
    (slip: object) => {
      const silenced = vi.spyOn(console, 'error').mockImplementation(() => {});
      expect(() => render(<StreamVideoProvider {...(slip as { client: null })} />)).toThrow(
        expect.objectContaining({ code: 'invalid_option', remediation: 'Write client.' }),
      );
      silenced.mockRestore();
      expect(() =>
        render(<StreamVideoProvider client={null} {...({ clinet: undefined } as object)} />),
      ).not.toThrow();
    },
  );

  it('without a client they say null, signed_out and idle', () => {
    expect(show(useStreamVideo, null).said).toEqual([null]);
    expect(show(useAuthState, null).said).toEqual([{ status: 'signed_out', refreshing: false }]);
    expect(show(useConnectionState, null).said).toEqual(['idle']);
  });

  it('useAuthState follows the life of the token, with the snapshots of the client', async () => {
    const world = new World();
    const client = clientOf(world);
    const { said } = show(useAuthState, client);
    expect(said.at(-1)).toMatchObject({ status: 'acquiring' });
    await act(async () => client.auth.getToken());
    expect(said.at(-1)).toBe(client.auth.state);
    expect(said.at(-1)).toMatchObject({ status: 'active', phase: 'fresh' });
    await act(async () => client.disconnect());
    expect(said.at(-1)).toMatchObject({ status: 'signed_out' });
  });

  it('useConnectionState follows the socket', async () => {
    const world = new World();
    const client = clientOf(world);
    const { said } = show(useConnectionState, client);
    act(() => void client.connect());
    await pass();
    await act(async () => world.sockets[0]?.end(1006));
    await pass(1000);
    await act(async () => client.disconnect());
    expect(said).toEqual(['idle', 'connecting', 'connected', 'reconnecting', 'connected', 'disconnected']);
  });

  it('another client is followed at once, and the former one no longer', async () => {
    const [first, second] = [clientOf(new World()), clientOf(new World())];
    await second.connect();
    const { said, rerender } = show(useConnectionState, first);
    rerender(second);
    expect(said).toEqual(['idle', 'connected']);
    await act(async () => first.connect());
    expect(said).toEqual(['idle', 'connected']);
    rerender(null);
    expect(said).toEqual(['idle', 'connected', 'idle']);
    await Promise.all([first.disconnect(), second.disconnect()]);
  });

  it('a provider whose client changes at each render leaves no listener behind', async () => {
    const clients = Array.from({ length: 20 }, () => clientOf(new World()));
    const stopped = vi.fn();
    const auths: { subscribe(listener: () => void): () => void } = Object.getPrototypeOf(clients[0]?.auth);
    const { subscribe } = auths;
    vi.spyOn(auths, 'subscribe').mockImplementation(function (this: unknown, listener) {
      const stop = subscribe.call(this, listener);
      return () => {
        stopped();
        stop();
      };
    });
    const { rerender, unmount } = show(useAuthState, clients[0] ?? null);
    for (const client of clients.slice(1)) rerender(client);
    expect(stopped).toHaveBeenCalledTimes(19);
    unmount();
    expect(stopped).toHaveBeenCalledTimes(20);
    vi.restoreAllMocks();
  });
});
