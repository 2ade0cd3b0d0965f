import { StreamVideo, type TokenProvider } from 'stream-video-auth';
import { freshToken } from '../../support/tokens.js';

const [baseUrl = ''] = process.argv.slice(2);
const secret = freshToken('martin', 3600);
const tokenProvider: TokenProvider = async () => {
  throw Object.assign(new Error(`no token for ${secret}`), { headers: { authorization: secret } });
};

const client = new StreamVideo({
  apiKey: 'key',
  user: { id: 'martin' },
  baseUrl,
  tokenProvider,
  logger: 'debug',
});
// Nobody catches it: the runtime prints it, and ends the process.
await client.request('GET', '/edges');
