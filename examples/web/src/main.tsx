import { createRoot } from 'react-dom/client';
import { App } from './app.js';
import { findBackend } from './backend.js';
import './styles.css';

const root = createRoot(document.getElementById('root') as HTMLElement);
root.render(<App backend={await findBackend()} />);
