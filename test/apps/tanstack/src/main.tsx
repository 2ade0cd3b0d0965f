import { TanStackDevtoolsCore } from '@tanstack/devtools';
import { StrictMode, useState } from 'react';
import { createRoot } from 'react-dom/client';
import { fetchTokenProvider, StreamVideo } from 'stream-video-auth';
import { devtoolsPlugin } from 'stream-video-auth/devtools';
import { App } from './app.js';

const { VITE_STREAM_API_KEY: apiKey, VITE_STREAM_BASE_URL: baseUrl } = import.meta.env;
const tokenProvider = fetchTokenProvider(`${baseUrl}/_emulator/token`);
const root = document.getElementById('root') as HTMLElement;

/** Renders its app again at each press, and another user's at the other button. */
function Page() {
  const [count, setCount] = useState(0);
  const [id, setId] = useState('martin');
  return (
    <App options={{ apiKey, baseUrl, user: { id }, tokenProvider }}>
      <button type="button" onClick={() => setCount(count + 1)}>
        Rendered {count}
      </button>
      <button type="button" onClick={() => setId('anna')}>
        Become anna
      </button>
    </App>
  );
}

if (location.search === '?core') {
  const streamVideo = new StreamVideo({ apiKey, baseUrl, user: { id: 'martin' }, tokenProvider });
  new TanStackDevtoolsCore({ plugins: [devtoolsPlugin(streamVideo)] }).mount(root);
} else {
  createRoot(root).render(
    <StrictMode>
      <Page />
    </StrictMode>,
  );
}
