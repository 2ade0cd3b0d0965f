import { act, render } from '@testing-library/react';
import { Activity } from 'react';
import { User } from 'stream-video-auth';
import { type CreateStreamVideoOptions, useAuthState, useConnectionState } from 'stream-video-auth/react';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { freshToken } from '../support/tokens.js';
import { useVirtualTime } from '../support/virtual.js';
import { App, inMode, MODES, pass, Report, unmountAll } from './support/mount.js';
import { World } from './support/world.js';

beforeEach(() => useVirtualTime());
afterEach(unmountAll);

function State() {
  return `${useAuthState().status} ${useConnectionState()}`;
}

function mountActivity(options: () => CreateStreamVideoOptions, mode: { strict: boolean }) {
  const report = new Report();
  const tree = (activity: 'visible' | 'hidden') =>
    inMode(
      <Activity mode={activity}>
        <App options={options()} report={report}>
          <State />
        </App>
      </Activity>,
      mode,
    );
  const view = render(tree('visible'));
  return {
    get created() {
      return report.created;
    },
    get text() {
      return view.container.textContent;
    },
    show: () => view.rerender(tree('visible')),
    hide: () => view.rerender(tree('hidden')),
  };
}

describe.each(MODES)('<Activity> $mode', (mode) => {
  it('hidden ends the session, shown again connects the same client', async () => {
    const world = new World();
    const app = mountActivity(() => world.options(), mode);
    await pass();
    const { client } = app.created;
    expect(app.text).toBe('active connected');
    app.hide();
    await pass();
    expect(client?.connectionState).toBe('disconnected');
    expect(world.liveSockets).toBe(0);
    app.show();
    await pass();
    expect(app.created.client).toBe(client);
    expect(app.text).toBe('active connected');
    expect(world.log).toEqual(['socket opened', 'socket closed', 'socket opened']);
  });

  it('hidden and shown in one go changes nothing', async () => {
    const world = new World();
    const app = mountActivity(() => world.options(), mode);
    await pass();
    act(() => {
      app.hide();
      app.show();
    });
    await pass();
    expect(app.text).toBe('active connected');
    expect(world.log).toEqual(['socket opened']);
  });

  it('shown with a token that changed meanwhile uses the new one', async () => {
    const world = new World();
    let token = freshToken('martin', 3600);
    const app = mountActivity(() => world.options({ token }), mode);
    await pass();
    app.hide();
    await pass();
    token = freshToken('martin', 7200);
    app.show();
    await pass();
    expect(app.created.client?.token).toBe(token);
    expect(app.text).toBe('active connected');
    expect(world.sockets.at(-1)?.sent[0]).toMatchObject({ token });
  });

  it('of a guest makes no second guest', async () => {
    const world = new World();
    const app = mountActivity(
      () => world.options({ user: User.guest('martin'), tokenProvider: undefined }),
      mode,
    );
    await pass();
    app.hide();
    await pass();
    app.show();
    await pass();
    expect(app.text).toBe('active connected');
    expect(world.guestsMade).toBe(1);
  });

  it.each([
    ['a provider', (world: World) => world.options({ connect: false })],
    ['a token', (world: World) => world.options({ connect: false, token: freshToken('martin', 3600) })],
    [
      'a guest',
      (world: World) =>
        world.options({ connect: false, user: User.guest('martin'), tokenProvider: undefined }),
    ],
    [
      'a call token',
      (world: World) =>
        world.options({
          user: User.anonymous,
          token: freshToken('!anon', 3600, { call_cids: ['livestream:1'] }),
          tokenProvider: undefined,
        }),
    ],
    [
      'an anonymous user without a token',
      (world: World) => world.options({ user: User.anonymous, tokenProvider: undefined }),
    ],
  ])('shown again gives an app without a socket its session back: %s', async (_what, options) => {
    const world = new World();
    const inline = options(world);
    const app = mountActivity(() => inline, mode);
    await pass();
    app.hide();
    await pass();
    app.show();
    await pass();
    await act(async () => app.created.client?.request('GET', '/edges'));
    expect(app.created.error).toBeNull();
    expect(app.created.client?.auth.state.status).toBe('active');
    expect(world.sockets).toHaveLength(0);
    expect(world.guestsMade).toBeLessThan(2);
  });
});
