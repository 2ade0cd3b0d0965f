import { StreamVideo, type StreamVideoOptions, type TokenProvider } from 'stream-video-auth';
import { freshToken } from '../../support/tokens.js';

const [baseUrl = '', source = 'static', connectMs = '15000'] = process.argv.slice(2);

const providers: Record<string, TokenProvider> = {
  good: async () => freshToken('martin', 3600),
  throws: () => {
    throw new TypeError('a bug in the provider');
  },
  rejects: async () => {
    throw new Error('the token endpoint is out of order');
  },
  rejects_with_nothing: () => Promise.reject(),
  hangs: () => new Promise(() => {}),
  garbage: async () => '<html>sign in</html>',
};

const tokenProvider = providers[source];
const client = new StreamVideo({
  apiKey: 'key',
  user: { id: 'martin' },
  baseUrl,
  logger: 'silent',
  timeouts: { connectMs: Number(connectMs), providerMs: 300 },
  ...(tokenProvider ? { tokenProvider } : { token: freshToken('martin', 3600) }),
} as StreamVideoOptions);

try {
  await client.connect();
  console.log('connected');
} catch (error) {
  console.log('caught', (error as { code: string }).code, client.connectionState);
}
// Whatever is still to be rejected has time to do so.
await new Promise((resolve) => setTimeout(resolve, 400));
console.log('survived');
// Only a socket that lives has to be closed: after a failure nothing runs on.
if (client.connectionState === 'connected') await client.disconnect();
