import { createRoot } from 'react-dom/client';
import { App } from './app.js';
import '@stream-io/video-react-sdk/dist/css/styles.css';
import './styles.css';

// `npm run demo:call` prints an address with both; in your app they are part of its configuration.
const query = new URLSearchParams(location.search);
const apiKey = query.get('key') ?? '';
const baseUrl = query.get('coordinator') ?? '';

const root = createRoot(document.getElementById('root') as HTMLElement);
root.render(<App apiKey={apiKey} baseUrl={baseUrl} />);
