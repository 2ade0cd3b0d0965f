import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import type { Browser, Page } from 'playwright-core';
import type { UserInput } from 'stream-video-auth';
import { type Emulator, type StartEmulatorOptions, startEmulator } from 'stream-video-auth/emulator';
import { afterAll, afterEach, beforeAll, beforeEach } from 'vitest';
import { launch } from '../page/browser.js';

const source = (path: string) => fileURLToPath(new URL(`../../${path}`, import.meta.url));

const PUBLISHED = ['@stream-io/video-client', 'stream-video-client-1-30'] as const;
export type OfficialClient = (typeof PUBLISHED)[number];

/** The published clients that are tried: the newest, and with `MEDIA_CLIENTS=all` an older one. */
export const OFFICIAL_CLIENTS: readonly OfficialClient[] =
  process.env.MEDIA_CLIENTS === 'all' ? PUBLISHED : PUBLISHED.slice(0, 1);

/** Serves a page with each official client. */
export class Stage {
  readonly #server: Server;

  private constructor(server: Server) {
    this.#server = server;
  }

  static async open(): Promise<Stage> {
    const scripts = new Map<string, string>();
    for (const client of OFFICIAL_CLIENTS) {
      const { outputFiles } = await build({
        entryPoints: [source('test/media/tab.ts')],
        bundle: true,
        write: false,
        format: 'iife',
        platform: 'browser',
        target: 'es2022',
        alias: {
          'stream-video-auth': source('src/client/index.ts'),
          ...(client === PUBLISHED[0] ? {} : { '@stream-io/video-client': client }),
        },
        logLevel: 'error',
      });
      scripts.set(`/${client}.js`, outputFiles[0]?.text ?? '');
    }
    const server = createServer(({ url = '' }, response) => {
      const script = scripts.get(decodeURIComponent(url));
      response.writeHead(200, { 'content-type': script === undefined ? 'text/html' : 'text/javascript' });
      const client = url.slice(1);
      response.end(
        script ?? `<!doctype html><meta charset="utf-8"><body><script src="/${client}.js"></script>`,
      );
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return new Stage(server);
  }

  addressOf(client: OfficialClient): string {
    const { port } = this.#server.address() as AddressInfo;
    return `http://127.0.0.1:${port}/${client}`;
  }

  close(): Promise<void> {
    this.#server.closeAllConnections();
    return new Promise((resolve) => this.#server.close(() => resolve()));
  }
}

/** Where a test takes place. */
interface Scene {
  readonly stage: Stage;
  readonly browser: Browser;
  readonly emulator: Emulator;
}

let stage: Stage;
let browser: Browser;
let emulator: Emulator;

/** Each test with an emulator of its own, in one browser with fake devices. */
export function useScene(options?: StartEmulatorOptions): Scene {
  beforeAll(async () => {
    stage = await Stage.open();
    browser = await launch(['--use-fake-device-for-media-stream', '--use-fake-ui-for-media-stream']);
  });
  afterAll(async () => {
    await browser.close();
    await stage.close();
  });
  beforeEach(async () => {
    emulator = await startEmulator(options);
  });
  afterEach(async () => {
    await Promise.all(browser.contexts().map((context) => context.close()));
    await emulator.stop();
  });
  return {
    get stage() {
      return stage;
    },
    get browser() {
      return browser;
    },
    get emulator() {
      return emulator;
    },
  };
}

export interface Entrance {
  readonly scene: Scene;
  readonly client: OfficialClient;
  readonly user: UserInput;
  /** Further options of our client. */
  readonly options?: object;
  /** Whether our client opens a socket, too. */
  readonly hasSocket?: boolean;
  readonly askToken?: (userId: string) => Promise<string>;
}

/** A tab of its own browser profile, signed in. */
export async function enter({ scene, client, user, ...more }: Entrance): Promise<Page> {
  const { stage, browser, emulator } = scene;
  const context = await browser.newContext({ permissions: ['camera', 'microphone'] });
  const page = await context.newPage();
  await page.exposeFunction('askToken', more.askToken ?? ((userId: string) => emulator.userToken(userId)));
  await page.goto(stage.addressOf(client));
  await signIn(page, emulator, user, more);
  return page;
}

export async function signIn(
  page: Page,
  emulator: Emulator,
  user: UserInput,
  { options: more = {}, hasSocket = false }: { options?: object; hasSocket?: boolean } = {},
): Promise<void> {
  const { apiKey, url: baseUrl } = emulator;
  await page.evaluate((options) => tab.signIn(options), { apiKey, baseUrl, user, more, hasSocket });
}

/** The token that our client holds now. */
export function tokenOf(page: Page): Promise<string> {
  return page.evaluate(() => String(tab.ours.token));
}

/** Resolves once a token has expired. */
export async function isOver(page: Page, token: string): Promise<void> {
  const { exp } = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()) as {
    exp: number;
  };
  await page.waitForFunction((at) => Date.now() >= at, exp * 1000, { polling: 200 });
}

/** Resolves once further pictures and further sound have arrived. */
export async function seesAndHears(...pages: Page[]): Promise<void> {
  await Promise.all(
    pages.map(async (page) => {
      const before = await page.evaluate(() => tab.received());
      await page.waitForFunction(
        async ({ videoFrames, audioPackets }) => {
          const now = await tab.received();
          return now.videoFrames > videoFrames + 5 && now.audioPackets > audioPackets + 5;
        },
        before,
        { timeout: 15_000, polling: 200 },
      );
    }),
  );
}
