import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { fetchTokenProvider } from 'stream-video-auth';
import { App, type Session } from './session/app.js';

const { VITE_STREAM_API_KEY, VITE_STREAM_BASE_URL, VITE_STREAM_TOKEN_URL } = import.meta.env;
const session: Session = {
  userId: 'martin',
  tokenProvider: fetchTokenProvider(VITE_STREAM_TOKEN_URL),
  signIn: async () => {},
};

createRoot(document.getElementById('root') as HTMLElement).render(
  <StrictMode>
    <App apiKey={VITE_STREAM_API_KEY} baseUrl={VITE_STREAM_BASE_URL} session={session} />
  </StrictMode>,
);
