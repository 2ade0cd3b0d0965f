// @vitest-environment node

import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { Suspense } from 'react';
import { renderToPipeableStream, renderToString } from 'react-dom/server';
import { StreamVideo, type StreamVideoOptions, User } from 'stream-video-auth';
import { StreamVideoProvider, useAuthState, useCall, useConnectionState } from 'stream-video-auth/react';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { freshToken } from '../support/tokens.js';
import { useVirtualTime } from '../support/virtual.js';
import { App, pass, Report } from './support/mount.js';
import { World } from './support/world.js';

beforeEach(() => useVirtualTime());

function State({ report }: { report: Report }) {
  const { call, error } = useCall('default', 'standup', { watch: true });
  const said = [useAuthState().status, useConnectionState(), call?.cid, error?.code];
  return `${report.created?.client === null} ${said.join(' ')}`;
}

describe('on a server', () => {
  it.each([
    ['a signed-in user', {}],
    ['a user with a token', { token: freshToken('martin', 3600) }],
    ['a guest', { user: User.guest('martin'), tokenProvider: undefined }],
    ['an anonymous user', { user: User.anonymous, tokenProvider: undefined }],
    ['a mistake', { apiKey: '' }],
  ])('%s: there is no client, and nothing is asked, opened or left behind', async (_what, options) => {
    const world = new World();
    const report = new Report();
    const html = renderToString(
      <App options={world.options(options)} report={report}>
        <State report={report} />
      </App>,
    );
    await pass(60_000);
    expect(html).toBe('true signed_out idle  ');
    expect(report.created.error).toBeNull();
    expect(vi.getTimerCount()).toBe(0);
    expect([world.log, world.coordinator.requests]).toEqual([[], []]);
    expect(world.provider).not.toHaveBeenCalled();
  });

  it('a client that the app made by hand says what it will say while the page is hydrated', async () => {
    const world = new World();
    const client = new StreamVideo(
      world.options({ token: freshToken('martin', 3600) }) as StreamVideoOptions,
    );
    await client.auth.getToken();
    const html = renderToString(
      <StreamVideoProvider client={client}>
        <State report={new Report()} />
      </StreamVideoProvider>,
    );
    expect(html).toBe('false signed_out idle default:standup ');
    await client.disconnect();
  });

  it('two renders at once, for two users, share nothing', async () => {
    const worlds = [new World(), new World()];
    const reports = [new Report(), new Report()];
    const waiting = new Map<World, { promise: Promise<void>; isDone: boolean }>();
    const html = worlds.map((world, index) => {
      const wait = { promise: Promise.resolve(), isDone: false };
      wait.promise = new Promise<void>((resolve) => setTimeout(resolve, 100 * (2 - index))).then(() => {
        wait.isDone = true;
      });
      waiting.set(world, wait);
      const output = new PassThrough();
      const options = world.options({
        user: { id: `user-${index}` },
        token: freshToken(`user-${index}`, 3600),
      });
      const report = reports[index] as Report;
      renderToPipeableStream(
        <Suspense fallback="waiting">
          <App options={options} report={report}>
            <Slow wait={wait} name={`user-${index}`} />
          </App>
        </Suspense>,
      ).pipe(output);
      return text(output);
    });
    await pass(1000);
    const [first, second] = await Promise.all(html);
    expect(first).toContain('user-0');
    expect(first).not.toContain('user-1');
    expect(second).toContain('user-1');
    expect(reports.map(({ created }) => created.client)).toEqual([null, null]);
    expect(reports[0]?.created).not.toBe(reports[1]?.created);
    expect(worlds.flatMap(({ log }) => log)).toEqual([]);
  });
});

function Slow({ wait, name }: { wait: { promise: Promise<void>; isDone: boolean }; name: string }) {
  if (!wait.isDone) throw wait.promise;
  return name;
}
