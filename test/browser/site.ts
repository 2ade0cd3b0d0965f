import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import type { Emulator } from 'stream-video-auth/emulator';

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** The page's script, with the client as the browser build has it: no trace of `ws`. */
async function bundle(): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [here('app/app.ts')],
    bundle: true,
    write: false,
    format: 'esm',
    platform: 'browser',
    target: 'es2022',
    minify: true,
    alias: { 'stream-video-auth': here('../../src/client/index.ts') },
    plugins: [
      {
        name: 'without-fallback-socket',
        setup({ onResolve }) {
          onResolve({ filter: /\/fallback-web-socket\.js$/ }, () => ({
            path: here('../../src/client/environment/fallback-web-socket.none.ts'),
          }));
        },
      },
    ],
  });
  return outputFiles[0]?.text ?? '';
}

/** One call of the token endpoint. */
export interface TokenCall {
  readonly tab: string;
  readonly reason: string;
  readonly userId: string;
  /** Epoch milliseconds. */
  readonly at: number;
}

/** What a page is served with. */
export type Policy = 'none' | 'connect-src' | 'trusted-types';

const CLOSED_TYPES = "; require-trusted-types-for 'script'; trusted-types 'none'";

/** An app's own server on loopback: its page, and its token endpoint. The coordinator is of another origin. */
export class Site {
  readonly calls: TokenCall[] = [];
  latencyMs = 50;
  /** Whether the token endpoint answers 503. */
  isDown = false;
  readonly #emulator: Emulator;
  readonly #script: string;
  readonly #server = createServer((request, response) => void this.#answer(request, response));

  private constructor(emulator: Emulator, script: string) {
    this.#emulator = emulator;
    this.#script = script;
  }

  static async start(emulator: Emulator): Promise<Site> {
    const site = new Site(emulator, await bundle());
    await new Promise<void>((resolve) => site.#server.listen(0, '127.0.0.1', resolve));
    return site;
  }

  get origin(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  page({ policy = 'none', ...parameters }: { policy?: Policy } & Record<string, string> = {}): string {
    const { apiKey, url: baseUrl } = this.#emulator;
    return `${this.origin}/?${new URLSearchParams({ apiKey, baseUrl, policy, ...parameters })}`;
  }

  /** An empty page of another site, to go to and come back from. */
  get elsewhere(): string {
    return this.origin.replace('127.0.0.1', 'localhost').concat('/elsewhere');
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname, searchParams } = new URL(request.url ?? '/', this.origin);
    if (pathname === '/app.js') {
      response.setHeader('content-type', 'text/javascript');
      response.end(this.#script);
      return;
    }
    if (pathname === '/token') return this.#token(request, response, searchParams);
    response.setHeader('content-type', 'text/html');
    const policy = searchParams.get('policy') ?? 'none';
    if (policy !== 'none') {
      const { url } = this.#emulator;
      response.setHeader(
        'content-security-policy',
        `default-src 'none'; script-src 'self'; img-src data:; connect-src 'self' ${url} ${url.replace('http', 'ws')}${
          policy === 'trusted-types' ? CLOSED_TYPES : ''
        }`,
      );
    }
    // The icon would be asked for otherwise.
    const head = '<!doctype html><meta charset="utf-8"><title>app</title><link rel="icon" href="data:,">';
    const script = pathname === '/' ? '<script type="module" src="/app.js"></script>' : '';
    response.end(`${head}<body>${script}</body>`);
  }

  async #token(request: IncomingMessage, response: ServerResponse, query: URLSearchParams): Promise<void> {
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(part as Buffer);
    const { user_id: userId, reason } = JSON.parse(Buffer.concat(parts).toString()) as {
      user_id: string;
      reason: string;
    };
    this.calls.push({ tab: query.get('tab') ?? '', reason, userId, at: Date.now() });
    await new Promise((resolve) => setTimeout(resolve, this.latencyMs));
    response.setHeader('cache-control', 'no-store');
    if (this.isDown) {
      response.statusCode = 503;
      response.end();
      return;
    }
    const expiresInSeconds = Number(query.get('life'));
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify({ token: await this.#emulator.userToken(userId, { expiresInSeconds }) }));
  }
}
