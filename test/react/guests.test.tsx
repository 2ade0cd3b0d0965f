import { act } from '@testing-library/react';
import { User } from 'stream-video-auth';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { answer, refusal } from '../support/fake-coordinator.js';
import { freshToken } from '../support/tokens.js';
import { useVirtualTime } from '../support/virtual.js';
import { MODES, mount, pass, unmountAll } from './support/mount.js';
import { World } from './support/world.js';

beforeEach(() => useVirtualTime());
afterEach(unmountAll);

/** Options of a guest, made anew at each call. */
const guest = (world: World, id = 'martin', more = {}) =>
  world.options({ user: User.guest(id), tokenProvider: undefined, ...more });

/** Lets the test answer the creation of guests when it likes. */
function holdCreations(world: World): ((response: Response) => void)[] {
  const answers: ((response: Response) => void)[] = [];
  world.coordinator.respond = () => new Promise((resolve) => answers.push(resolve));
  return answers;
}

const made = (id: string) => answer({ user: { id }, access_token: freshToken(id, 3600) });

describe.each(MODES)('guests $mode', (mode) => {
  it('are created once, and connected', async () => {
    const world = new World();
    const app = mount(guest(world), mode);
    await pass();
    for (let render = 0; render < 5; render += 1) app.rerender(guest(world));
    await pass();
    expect(world.guestsMade).toBe(1);
    expect(app.created.client?.user.id).toBe('guest-martin');
    expect(app.created.client?.connectionState).toBe('connected');
    expect(world.sockets).toHaveLength(1);
  });

  it('that bring a token are not created', async () => {
    const world = new World();
    const app = mount(guest(world, 'martin', { token: freshToken('guest-kept', 3600) }), mode);
    await pass();
    expect(world.guestsMade).toBe(0);
    expect(app.created.client?.user.id).toBe('guest-kept');
  });

  it('that could not be created are an error, asked for again by retry() only', async () => {
    const world = new World();
    const { respond } = world.coordinator;
    world.coordinator.respond = () => refusal(-1, 503);
    const app = mount(guest(world), mode);
    await pass(300_000);
    expect(app.created).toMatchObject({ client: null, error: { code: 'api_error' } });
    expect(world.guestsMade).toBe(1);
    world.coordinator.respond = respond;
    act(() => app.created.retry());
    act(() => app.created.retry());
    await pass();
    expect(world.guestsMade).toBe(2);
    expect(app.created.error).toBeNull();
    expect(app.created.client?.connectionState).toBe('connected');
  });

  it('whose app is gone before they are there are not connected', async () => {
    const world = new World();
    const answers = holdCreations(world);
    const app = mount(guest(world), mode);
    await pass();
    app.unmount();
    await pass();
    answers[0]?.(made('guest-late'));
    await pass();
    expect(world.sockets).toHaveLength(0);
  });

  it('that come after another user signed in are dropped, and so is their failure', async () => {
    const world = new World();
    const answers = holdCreations(world);
    const app = mount(guest(world, 'first'), mode);
    await pass();
    app.rerender(guest(world, 'second'));
    await pass();
    app.rerender(guest(world, 'third'));
    await pass();
    expect(answers).toHaveLength(3);
    answers[2]?.(made('guest-third'));
    await pass();
    answers[0]?.(made('guest-first'));
    answers[1]?.(refusal(-1, 503));
    await pass();
    expect(app.created.client?.user.id).toBe('guest-third');
    expect(app.created.error).toBeNull();
    expect(world.sockets).toHaveLength(1);
  });

  it('get a token that changed while they were created', async () => {
    const world = new World();
    const answers = holdCreations(world);
    const app = mount(guest(world), mode);
    await pass();
    const kept = freshToken('guest-1', 7200);
    app.rerender(guest(world, 'martin', { token: kept }));
    answers[0]?.(made('guest-1'));
    await pass();
    expect(app.created.client?.token).toBe(kept);
    expect(world.guestsMade).toBe(1);
  });
});
