import { act, render } from '@testing-library/react';
import { StreamVideo, type StreamVideoOptions } from 'stream-video-auth';
import {
  type FoundCall,
  StreamVideoProvider,
  useCall,
  useCallState,
  useHasCapability,
} from 'stream-video-auth/react';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { answer, refusal } from '../support/fake-coordinator.js';
import { useVirtualTime } from '../support/virtual.js';
import { inMode, MODES, pass, unmountAll } from './support/mount.js';
import { World } from './support/world.js';

let world: World;
let client: StreamVideo;

beforeEach(() => {
  useVirtualTime();
  world = new World();
  world.coordinator.respond = () => answer(standup());
  client = new StreamVideo(world.options() as StreamVideoOptions);
});

afterEach(async () => {
  await unmountAll();
  await client.disconnect();
});

/** What the coordinator says of the call. */
const standup = (custom = {}) => ({
  call: {
    type: 'default',
    id: 'standup',
    cid: 'default:standup',
    created_at: now(),
    updated_at: now(),
    custom,
  },
  members: [],
  own_capabilities: ['join-call'],
});
const now = () => new Date().toISOString();

interface Said {
  found?: FoundCall;
  title?: unknown;
  maySpeak?: boolean;
  renders: number;
}

interface CallViewProps {
  type?: string;
  id?: string;
  watch?: boolean;
  said: Said;
}

function CallView({ type = 'default', id = 'standup', watch, said }: CallViewProps) {
  const found = useCall(type, id, { watch });
  const state = useCallState(found.call);
  const maySpeak = useHasCapability(found.call, 'send-audio');
  Object.assign(said, { found, title: state?.call?.custom.title, maySpeak, renders: said.renders + 1 });
  return null;
}

function show(
  mode: { strict: boolean },
  props: Omit<CallViewProps, 'said'> = {},
  from: StreamVideo | null = client,
) {
  const said: Said = { renders: 0 };
  const tree = (props: Omit<CallViewProps, 'said'>, from: StreamVideo | null) =>
    inMode(
      <StreamVideoProvider client={from}>
        <CallView {...props} said={said} />
      </StreamVideoProvider>,
      mode,
    );
  const view = render(tree(props, from));
  return {
    said,
    rerender: (props: Omit<CallViewProps, 'said'>, from = client) => view.rerender(tree(props, from)),
    unmount: view.unmount,
  };
}

/** Requests for the call, each with whether it watches. */
const reads = () =>
  world.coordinator.requests
    .filter(({ method, url }) => method === 'GET' && url.pathname.includes('/call/'))
    .map(({ url }) => url.searchParams.has('connection_id'));

function Slipped() {
  useCall('default', 'standup', { wacth: true } as never);
  return null;
}

describe.each(MODES)('useCall $mode', (mode) => {
  it('finds the call, and makes no request', async () => {
    act(() => void client.connect());
    const { said } = show(mode);
    await pass(60_000);
    expect(said.found).toEqual({ call: client.call('default', 'standup'), error: null });
    expect(world.coordinator.requests).toEqual([]);
  });

  it('finds none without a client, and the one of another client once there is another', async () => {
    const { said, rerender } = show(mode, {}, null);
    expect(said.found).toEqual({ call: null, error: null });
    rerender({});
    expect(said.found?.call).toBe(client.call('default', 'standup'));
  });

  it.each([
    ['default', '', 'invalid_option'],
    ['', 'standup', 'invalid_option'],
    ['default', '..', 'invalid_path'],
  ])('a name that cannot be one is an error: %j %j', (type, id, code) => {
    const { said } = show(mode, { type, id });
    expect(said.found).toMatchObject({ call: null, error: { code } });
  });

  it('refuses an option that it does not know, and says that it is watch', () => {
    const silenced = vi.spyOn(console, 'error').mockImplementation(() => {});
    const tree = inMode(
      <StreamVideoProvider client={client}>
        <Slipped />
      </StreamVideoProvider>,
      mode,
    );
    expect(() => render(tree)).toThrow(
      expect.objectContaining({ code: 'invalid_option', remediation: 'Write watch.' }),
    );
    silenced.mockRestore();
  });

  it('watches once it is connected, by one request', async () => {
    const { said } = show(mode, { watch: true });
    await pass(1000);
    expect(reads()).toEqual([]);
    act(() => void client.connect());
    await pass(1000);
    expect(reads()).toEqual([true]);
    expect(said.found?.error).toBeNull();
    expect(said.found?.call?.state.watched).toBe(true);
  });

  it('leaves the call alone when the component is gone', async () => {
    act(() => void client.connect());
    const { said, unmount } = show(mode, { watch: true });
    await pass();
    const call = said.found?.call;
    await act(async () => call?.join());
    unmount();
    await pass(1000);
    expect(call?.state).toMatchObject({ joined: true, watched: true });
  });

  it('a call that is watched already is not asked for again, and neither after a reconnect', async () => {
    await client.connect();
    await client.call('default', 'standup').get({ watch: true });
    show(mode, { watch: true });
    await pass();
    world.coordinator.respond = () => answer({ calls: [standup()] });
    await act(async () => world.sockets[0]?.end(1006));
    await pass(30_000);
    expect(client.connectionState).toBe('connected');
    expect(reads()).toEqual([true]);
  });

  it('a call that cannot be watched is an error, until the next connection can', async () => {
    world.coordinator.respond = () => refusal(17, 403);
    act(() => void client.connect());
    const { said } = show(mode, { watch: true });
    await pass(1000);
    expect(said.found).toMatchObject({ call: { id: 'standup' }, error: { code: 'missing_permission' } });
    world.coordinator.respond = () => answer(standup());
    await act(async () => client.disconnect());
    act(() => void client.connect());
    await pass(1000);
    expect(said.found?.error).toBeNull();
  });

  it('the error of one call is not shown for the next', async () => {
    world.coordinator.respond = () => refusal(17, 403);
    act(() => void client.connect());
    const { said, rerender } = show(mode, { watch: true });
    await pass(1000);
    expect(said.found?.error).not.toBeNull();
    rerender({ id: 'retro' });
    expect(said.found).toMatchObject({ call: { id: 'retro' }, error: null });
    rerender({});
    expect(said.found).toMatchObject({ call: { id: 'standup' }, error: null });
  });
});

describe.each(MODES)('useCallState and useHasCapability $mode', (mode) => {
  it('are null and false without a call, and follow the one that there is', async () => {
    const { said, rerender } = show(mode, { watch: true }, null);
    expect(said).toMatchObject({ title: undefined, maySpeak: false });
    rerender({ watch: true });
    act(() => void client.connect());
    world.coordinator.respond = () => answer(standup({ title: 'first' }));
    await pass(1000);
    expect(said).toMatchObject({ title: 'first', maySpeak: false });
    await pass(1000);
    await act(async () =>
      world.sockets[0]?.receive({
        type: 'call.permissions_updated',
        call_cid: 'default:standup',
        created_at: now(),
        own_capabilities: ['join-call', 'send-audio'],
        user: { id: 'martin' },
      }),
    );
    expect(said.maySpeak).toBe(true);
    expect(said.found?.call?.can('send-audio')).toBe(true);
  });

  it('a component renders again only when something differs', async () => {
    act(() => void client.connect());
    const { said } = show(mode, { watch: true });
    await pass(1000);
    const { renders } = said;
    await act(async () =>
      world.sockets[0]?.receive({ type: 'call.unknown', call_cid: 'default:standup', created_at: now() }),
    );
    await pass(1000);
    expect(said.renders).toBe(renders);
  });
});
