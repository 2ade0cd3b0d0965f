import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { getRequestListener } from '@hono/node-server';
import { createDevelopmentEndpoint, type DevelopmentEndpointOptions } from './development-endpoint.js';
import { readSecret } from './secret.js';

const HOST = '127.0.0.1';
const PATH = '/token';

export interface DevelopmentServer {
  /** The address that `fetchTokenProvider` takes. */
  readonly url: string;
  /** Ends at once, whoever is connected. */
  stop(): Promise<void>;
}

/** Serves tokens for development on loopback; rejects where the secret is of no use or the port is taken. */
export async function startDevelopmentServer({
  port,
  ...options
}: DevelopmentEndpointOptions & { port: number }): Promise<DevelopmentServer> {
  readSecret(options);
  const listener = getRequestListener(createDevelopmentEndpoint(options), { overrideGlobalObjects: false });
  const server = createServer((incoming, outgoing) => {
    if (incoming.url?.split('?', 1)[0] === PATH) void listener(incoming, outgoing);
    else outgoing.writeHead(404, { 'Content-Type': 'text/plain' }).end(`Tokens are at ${PATH}\n`);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, HOST, resolve);
  });
  return {
    url: `http://${HOST}:${(server.address() as AddressInfo).port}${PATH}`,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
