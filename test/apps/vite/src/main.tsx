import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { fetchTokenProvider } from 'stream-video-auth';
import { App, type Session } from './app.js';

const { VITE_STREAM_API_KEY: apiKey, VITE_STREAM_BASE_URL: baseUrl } = import.meta.env;
const session: Session = {
  userId: 'martin',
  tokenProvider: fetchTokenProvider(`${baseUrl}/_emulator/token`),
  signIn: async () => {},
};

createRoot(document.getElementById('root') as HTMLElement).render(
  <StrictMode>
    <App apiKey={apiKey} baseUrl={baseUrl} session={session} />
  </StrictMode>,
);
