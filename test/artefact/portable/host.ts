import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { getRequestListener } from '@hono/node-server';
import { type Emulator, startEmulator } from '../../../src/emulator/index.js';
import { createTokenHandler } from '../../../src/server/index.js';
import type { Settings } from './suite.js';

/** Refreshed ahead of its end within a few seconds. */
const SHORT_SECONDS = 8;

export interface Host {
  readonly settings: Settings;
  /** Serves this script, and an empty page that loads it; returns the page's address. */
  page(script: string): string;
  stop(): Promise<void>;
}

function listeners({
  apiSecret,
}: Emulator): Record<string, (request: IncomingMessage, response: ServerResponse) => void> {
  const authenticate = () => ({ userId: 'martin' });
  const handlers = {
    '/token': createTokenHandler({ apiSecret, authenticate }),
    '/token/short': createTokenHandler({ apiSecret, authenticate, expiresInSeconds: SHORT_SECONDS }),
    '/viewer': createTokenHandler({
      apiSecret,
      authenticate: () => ({ anonymous: true }),
      callToken: (_request, { requestedCallCids }) => requestedCallCids,
    }),
  };
  return Object.fromEntries(
    Object.entries(handlers).map(([path, handler]) => [path, getRequestListener(handler)]),
  );
}

/** A coordinator, and an app's own server beside it: token endpoints, faults on demand, and pages. */
export async function startHost(): Promise<Host> {
  const emulator = await startEmulator();
  let script = '';
  const tokens = listeners(emulator);
  const faults: Record<string, () => void> = {
    '/faults/drop_connections': () => emulator.faults.dropConnections(),
    '/faults/revoke': () => emulator.faults.revoke('martin'),
  };
  const server = createServer((request, response) => {
    const path = request.url ?? '/';
    const answer = tokens[path];
    if (answer) return answer(request, response);
    faults[path]?.();
    const isScript = path === '/suite.js';
    response.setHeader('content-type', isScript ? 'text/javascript' : 'text/html');
    response.end(
      isScript
        ? script
        : '<!doctype html><link rel="icon" href="data:,"><script type="module" src="/suite.js"></script>',
    );
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const hostUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    settings: { apiKey: emulator.apiKey, baseUrl: emulator.url, hostUrl },
    page(source) {
      script = source;
      return `${hostUrl}/`;
    },
    async stop() {
      server.closeAllConnections();
      server.close();
      await emulator.stop();
    },
  };
}
