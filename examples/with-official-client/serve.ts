// The call screen with the emulator on loopback, and its address: npm run demo:call
import { startEmulator } from 'stream-video-auth/emulator';
import { createServer } from 'vite';
import { tokenEndpoint } from './token-endpoint.js';

const emulator = await startEmulator();
const vite = await createServer({
  configFile: new URL('vite.config.ts', import.meta.url).pathname,
  server: { host: '127.0.0.1', port: Number(process.env.PORT ?? 5174) },
  plugins: [tokenEndpoint(emulator)],
  logLevel: 'error',
});
await vite.listen();
const page = new URL(vite.resolvedUrls?.local[0] ?? '');
page.searchParams.set('coordinator', emulator.url);
page.searchParams.set('key', emulator.apiKey);

console.log(`The call screen:    ${page}`);
console.log(`The emulator's own: ${emulator.url}`);
console.log('Open the call screen in two windows, under two names. Ctrl+C ends both.');

async function stop(): Promise<void> {
  await Promise.all([vite.close(), emulator.stop()]);
  process.exit(0);
}
process.once('SIGINT', stop);
process.once('SIGTERM', stop);
