import { fetchTokenProvider, UnauthorizedError } from 'stream-video-auth';
import { signIn } from './session.js';

const status = document.querySelector('#status') as HTMLElement;
const onClick = (id: string, act: () => Promise<unknown>) =>
  document.querySelector(`#${id}`)?.addEventListener('click', () => {
    act().catch((error: Error) => {
      status.textContent = error.message;
    });
  });

const { apiKey = '', baseUrl = '', userId = '' } = document.body.dataset;
const session = await signIn({ apiKey, baseUrl, userId, tokenProvider: fetchTokenProvider('/token') });
const call = session.video.call('default', 'standup');

call.state.callingState$.subscribe((state) => {
  status.textContent = state;
});
session.streamVideo.on('auth.suspended', ({ error }) => {
  status.textContent = error instanceof UnauthorizedError ? 'Sign in again.' : error.message;
});

onClick('join', () => call.join({ create: true }));
onClick('leave', () => call.leave());
onClick('sign-out', () => session.signOut());
