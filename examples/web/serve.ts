// The live page with the emulator on loopback, and its address: npm run demo:web
import { startEmulator } from 'stream-video-auth/emulator';
import { createServer } from 'vite';

const vite = await createServer({
  configFile: new URL('vite.config.ts', import.meta.url).pathname,
  server: { host: '127.0.0.1', port: Number(process.env.PORT ?? 5173) },
  logLevel: 'error',
});
await vite.listen();
const [address = ''] = vite.resolvedUrls?.local ?? [];
const emulator = await startEmulator({ allowOrigins: [new URL(address).origin] });
const page = new URL(address);
page.searchParams.set('coordinator', emulator.url);
page.searchParams.set('key', emulator.apiKey);

console.log(`The live page:      ${page}`);
console.log(`The emulator's own: ${emulator.url}`);
console.log(
  'Open the live page in two tabs: what happens to a call in one is seen in the other. Ctrl+C ends both.',
);

async function stop(): Promise<void> {
  await Promise.all([vite.close(), emulator.stop()]);
  process.exit(0);
}
process.once('SIGINT', stop);
process.once('SIGTERM', stop);
