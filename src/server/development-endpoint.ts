import { isLoopback } from '../shared/loopback.js';
import { ANONYMOUS_ID } from '../shared/token-format.js';
import { errorAnswer } from './answer.js';
import { readTokenRequest } from './body.js';
import type { SecretOptions } from './secret.js';
import { createTokenHandler } from './token-handler.js';
import type { Identity, TokenHandlerOptions } from './token-handler-options.js';

export interface DevelopmentEndpointOptions
  extends SecretOptions,
    Pick<TokenHandlerOptions, 'expiresInSeconds' | 'logger'> {}

/**
 * Answers as `createTokenHandler` does, for any user id and any call: for the days before an app has sessions.
 * Only for what speaks from this machine: any page that is open in a browser can reach loopback, under a name of its
 * own choosing too, so `Host` and `Origin` must both name loopback.
 */
export function createDevelopmentEndpoint(
  options: DevelopmentEndpointOptions,
): (request: Request) => Promise<Response> {
  return async (request) => {
    const origin = request.headers.get('origin');
    const isLocal = isLocalAddress(request.url) && (origin === null || isLocalAddress(origin));
    const response = isLocal
      ? await handlerFor(origin, options)(request)
      : errorAnswer(request, 403, 'This token server is for pages and programs on its own machine', {});
    response.headers.set('X-Development-Only', 'any user id gets a token here');
    return response;
  };
}

function handlerFor(origin: string | null, options: DevelopmentEndpointOptions) {
  return createTokenHandler({
    ...options,
    allowOrigins: origin === null ? [] : [origin],
    methods: ['POST', 'GET'],
    authenticate: whoIsAskedFor,
    callToken: (_request, { requestedCallCids }) => requestedCallCids,
  });
}

async function whoIsAskedFor(request: Request): Promise<Identity> {
  const { userId = ANONYMOUS_ID } = await readTokenRequest(request);
  return userId === ANONYMOUS_ID ? { anonymous: true } : { userId };
}

function isLocalAddress(address: string): boolean {
  return URL.canParse(address) && isLoopback(new URL(address).hostname);
}
