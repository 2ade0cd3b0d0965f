import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { getRequestListener } from '@hono/node-server';
import { createTokenHandler } from 'stream-video-auth/server';

interface TokenEndpointOptions {
  apiSecret: string;
  expiresInSeconds: number;
  /** The calls that a visitor without an account may enter. */
  openCalls: readonly string[];
}

/** The app's own server: it knows who is signed in, here by a header, and mints tokens. */
export async function startTokenEndpoint({ apiSecret, expiresInSeconds, openCalls }: TokenEndpointOptions) {
  const handleToken = createTokenHandler({
    apiSecret,
    expiresInSeconds,
    authenticate: (request) => {
      const userId = request.headers.get('x-demo-session');
      return userId ? { userId } : { anonymous: true };
    },
    callToken: (_request, { requestedCallCids }) =>
      requestedCallCids.filter((cid) => openCalls.includes(cid)),
  });
  const server = createServer(getRequestListener(handleToken));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/token`,
    stop: () => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(resolve));
    },
  };
}
