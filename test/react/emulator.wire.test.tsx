import { cleanup, fireEvent, render, screen } from '@testing-library/react';
import { StrictMode } from 'react';
import { UnauthorizedError, User } from 'stream-video-auth';
import { type Emulator, startEmulator } from 'stream-video-auth/emulator';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { App as ExampleApp, type Session } from '../../examples/react/app.js';
import { App, inMode, MODES, Report } from './support/mount.js';

let emulator: Emulator;

beforeEach(async () => {
  emulator = await startEmulator();
});

/** Whose sockets are open now. */
function connectedUsers(): string[] {
  const users: string[] = [];
  emulator.observe((message) => {
    if (message.type === 'snapshot') users.push(...message.clients.map(({ userId }) => userId));
  })();
  return users;
}

afterEach(async () => {
  cleanup();
  await vi.waitFor(() => expect(connectedUsers()).toEqual([]));
  await emulator.stop();
});

const handshakes = () => emulator.requests.filter(({ kind }) => kind === 'socket').length;
const common = () => ({ apiKey: emulator.apiKey, baseUrl: emulator.url, logger: 'silent' as const });

describe.each(MODES)('against the emulator $mode', (mode) => {
  it('a signed-in user has one socket, a changed user another, and a gone app none', async () => {
    const report = new Report();
    const tokenProvider = vi.fn(({ user }: { user: { id: string } }) => emulator.userToken(user.id));
    const tree = (id: string) =>
      inMode(<App options={{ ...common(), user: { id }, tokenProvider }} report={report} />, mode);
    const view = render(tree('martin'));
    await vi.waitFor(() => expect(connectedUsers()).toEqual(['martin']));
    view.rerender(tree('alice'));
    await vi.waitFor(() => expect(connectedUsers()).toEqual(['alice']));
    expect(report.created.error).toBeNull();
    expect([handshakes(), tokenProvider.mock.calls.length]).toEqual([2, 2]);
    view.unmount();
    await vi.waitFor(() => expect(connectedUsers()).toEqual([]));
  });

  it('a guest is made once', async () => {
    const report = new Report();
    render(inMode(<App options={{ ...common(), user: User.guest('martin') }} report={report} />, mode));
    await vi.waitFor(() => expect(connectedUsers()).toEqual([report.created.client?.user.id]));
    expect(emulator.requests.filter(({ path }) => path.endsWith('/guest'))).toHaveLength(1);
  });
});

describe('the example', () => {
  /** A session that the test can end; `answer` decides how the token endpoint answers. */
  function fakeSession() {
    const session = { isSignedIn: true, answer: Promise.resolve() };
    const value: Session = {
      userId: 'martin',
      tokenProvider: async ({ user }) => {
        await session.answer;
        if (!session.isSignedIn) throw new UnauthorizedError();
        return emulator.userToken(user.id);
      },
      signIn: async () => {
        session.isSignedIn = true;
      },
    };
    return { session, value };
  }

  const example = (session: Session) => (
    <StrictMode>
      <ExampleApp apiKey={emulator.apiKey} baseUrl={emulator.url} session={session} />
    </StrictMode>
  );

  it('says that the session is being refreshed, and then that the user is online again', async () => {
    const { session, value } = fakeSession();
    render(example(value));
    await screen.findByText('Online');
    let release = () => {};
    session.answer = new Promise((resolve) => {
      release = resolve;
    });
    emulator.faults.expireTokens('martin');
    fireEvent.click(screen.getByRole('button', { name: 'Join as martin' }));
    await screen.findByText('Refreshing your session');
    release();
    await screen.findByText('Online');
    const answers = () => emulator.requests.filter(({ path }) => path.endsWith('/join'));
    await vi.waitFor(() => expect(answers().map(({ status }) => status)).toEqual([401, 201]));
  });

  it('asks a user who was signed out to sign in again, and goes on', async () => {
    const { session, value } = fakeSession();
    session.isSignedIn = false;
    render(example(value));
    fireEvent.click(await screen.findByRole('button', { name: 'Sign in again' }));
    await screen.findByText('Online');
    expect(connectedUsers()).toEqual(['martin']);
  });

  it('shows nothing of a session while nobody is signed in', async () => {
    const { value } = fakeSession();
    const view = render(example({ ...value, userId: null }));
    await screen.findByText('Sign in to join the stand-up.');
    expect(screen.queryByRole('status')).toBeNull();
    expect(emulator.requests).toEqual([]);
    view.rerender(example(value));
    await screen.findByText('Online');
  });

  it('says what went wrong and tries again when asked to', async () => {
    const { value } = fakeSession();
    emulator.faults.rejectNext(2);
    render(example(value));
    fireEvent.click(await screen.findByRole('button', { name: 'Try again' }));
    await screen.findByText('Online');
  });
});
