// Apps that are opened in a browser, against the emulator.
import type { Locator, Page } from 'playwright-core';
import { StreamVideo } from '../../src/client/index.js';
import { type Emulator, startEmulator } from '../../src/emulator/index.js';
import { launch, watch } from '../page/browser.js';
import { check, freePort, install, run, start, waitFor } from './tools.js';

const answerOf = (url: string, init?: RequestInit) =>
  waitFor(url, () => fetch(url, init).catch(() => undefined));

/** Whose sockets are open now. */
function connectedUsers(emulator: Emulator): string[] {
  const users: string[] = [];
  emulator.observe((message) => {
    if (message.type === 'snapshot') users.push(...message.clients.map(({ userId }) => userId));
  })();
  return users;
}

async function open(page: Page, url: string, text: string, ours: string[]): Promise<readonly string[]> {
  const complaints = await watch(page, new URL(url).origin);
  // Asked for by the browser, not by the app.
  await page.route('**/favicon.ico', (route) => route.fulfill({ status: 204 }));
  await page.goto(url);
  await page.getByText(text).waitFor();
  // Requests to the emulator are meant to go elsewhere.
  return complaints.all.filter((complaint) => !ours.some((origin) => complaint.includes(origin)));
}

export async function viteApp(tarball: string): Promise<void> {
  const port = await freePort();
  const origin = `http://127.0.0.1:${port}`;
  const emulator = await startEmulator({ allowOrigins: [origin] });
  const app = install('vite', tarball, [['examples/react', 'src/session']]);
  const env = {
    VITE_STREAM_API_KEY: emulator.apiKey,
    VITE_STREAM_BASE_URL: emulator.url,
    VITE_STREAM_TOKEN_URL: `${emulator.url}/_emulator/token`,
  };
  const output = run(app, 'npx', ['vite', 'build'], env);
  check(output.includes('built in') && !/warn/i.test(output), 'Vite builds the app without a warning');
  start(app, 'npx', ['vite', 'preview', '--host', '127.0.0.1', '--port', String(port)]);
  await answerOf(origin);
  const browser = await launch();
  try {
    const page = await browser.newPage();
    const complaints = await open(page, origin, 'Online', [emulator.url]);
    check(
      complaints.length === 0,
      `its page goes online in StrictMode (${complaints.join('; ') || 'no complaint'})`,
    );
    const handshakes = emulator.requests.filter(({ kind }) => kind === 'socket').length;
    check(handshakes === 1 && connectedUsers(emulator).join() === 'martin', 'by one socket');
    emulator.faults.expireTokens('martin');
    await page.getByRole('button', { name: 'Join as martin' }).click();
    await waitFor('a join with a new token', () =>
      emulator.requests.find(({ path, status }) => path.endsWith('/join') && status === 201),
    );
    check(true, 'a call is joined with a new token where the old one is refused');
    await page.close();
    await waitFor('the end of the socket', () => connectedUsers(emulator).length === 0 || undefined);
    check(true, 'and a page that is closed leaves no socket');
  } finally {
    await browser.close();
    await emulator.stop();
  }
}

export async function nextApp(tarball: string): Promise<void> {
  const port = await freePort();
  const origin = `http://127.0.0.1:${port}`;
  const emulator = await startEmulator();
  const app = install('next', tarball, [['examples/next/app', 'app']]);
  const noTelemetry = { NEXT_TELEMETRY_DISABLED: '1' };
  const output = run(app, 'npx', ['next', 'build'], noTelemetry);
  check(/Compiled successfully/.test(output), 'Next.js builds and type-checks the app without the secret');
  start(app, 'npx', ['next', 'start', '--hostname', '127.0.0.1', '--port', String(port)], {
    ...noTelemetry,
    STREAM_API_KEY: emulator.apiKey,
    STREAM_API_SECRET: emulator.apiSecret,
    STREAM_BASE_URL: emulator.url,
  });
  const html = await (await answerOf(origin)).text();
  check(html.includes('Connecting'), 'the guest page is rendered on the server');
  check(emulator.requests.length === 0, 'without a request or a socket');
  const headers = { cookie: 'session=demo-session', 'content-type': 'application/json' };
  const answer = await fetch(`${origin}/token`, { method: 'POST', headers, body: '{"user_id":"martin"}' });
  const { token } = (await answer.json()) as { token: string };
  const { apiKey, url: baseUrl } = emulator;
  const host = new StreamVideo({ apiKey, baseUrl, user: { id: 'martin' }, token });
  await host.call('livestream', 'show').getOrCreate({ custom: { title: 'The show' } });
  await host.request('POST', '/call/livestream/show/go_live');
  check(true, "the token route's token is good");
  const browser = await launch();
  try {
    const guests = () => emulator.requests.filter(({ path }) => path.endsWith('/guest')).length;
    const page = await browser.newPage();
    const complaints = await open(page, origin, 'Hello', [emulator.url]);
    check(
      complaints.length === 0 && guests() === 1,
      `its page makes one guest (${complaints.join('; ') || 'no complaint'})`,
    );
    const livestream = `${origin}/livestream/show`;
    const show = await (await fetch(livestream)).text();
    check(show.includes('The show'), 'the livestream page is rendered on the server, with the call');
    await open(await browser.newPage(), livestream, 'Watch', [emulator.url]);
    const nothing = await (await fetch(`${origin}/livestream/nothing`)).text();
    check(nothing.includes('could not be found'), 'that of a call that does not exist says so');
  } finally {
    await browser.close();
    await host.disconnect();
    await emulator.stop();
  }
}

/** The tab of TanStack Devtools that shows this app's clients. */
async function openTab(page: Page, url: string): Promise<Locator> {
  await page.goto(url);
  const tab = page.getByText('Stream Video auth').first();
  await waitFor('the tab', async () => {
    await page.keyboard.press('Control+~');
    await page.waitForTimeout(500);
    return (await tab.isVisible()) || undefined;
  });
  await tab.click();
  return page.locator('stream-video-auth-devtools .card h3');
}

export async function tanstackApp(tarball: string): Promise<void> {
  const port = await freePort();
  const origin = `http://127.0.0.1:${port}`;
  const emulator = await startEmulator({ allowOrigins: [origin] });
  const app = install('tanstack', tarball, [['examples/tanstack-devtools', 'src']]);
  run(app, 'npx', ['tsc', '-p', '.']);
  check(true, 'the plugin has the type that TanStack Devtools asks for, plain and for React');
  const env = { VITE_STREAM_API_KEY: emulator.apiKey, VITE_STREAM_BASE_URL: emulator.url };
  run(app, 'npx', ['vite', 'build'], env);
  start(app, 'npx', ['vite', 'preview', '--host', '127.0.0.1', '--port', String(port)]);
  await answerOf(origin);
  const browser = await launch();
  try {
    const plain = await openTab(await browser.newPage(), `${origin}/?core`);
    await plain.getByText('martin').waitFor();
    check(true, 'its tab shows a client in the plain devtools');
    const page = await browser.newPage();
    const shown = await openTab(page, origin);
    await shown.getByText('martin').waitFor();
    await page.getByRole('button', { name: 'Rendered' }).click();
    check((await shown.allTextContents()).join() === 'martin', 'and in those for React, once');
    await page.getByRole('button', { name: 'Become anna' }).click();
    await shown.getByText('anna').waitFor();
    check((await shown.allTextContents()).join() === 'anna', 'where another client takes its place');
  } finally {
    await browser.close();
    await emulator.stop();
  }
}
