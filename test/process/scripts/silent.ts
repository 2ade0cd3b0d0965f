import { inspect } from 'node:util';
import {
  ApiError,
  ConfigurationError,
  ConnectionError,
  fetchTokenProvider,
  InvalidTokenError,
  MissingPermissionError,
  SessionEndedError,
  StreamVideo,
  type StreamVideoOptions,
  TokenExpiredError,
  TokenProviderError,
  UnauthorizedError,
  User,
} from 'stream-video-auth';
import { LOCAL_EVENTS } from '../../support/local-events.js';
import { fakeToken, freshToken } from '../../support/tokens.js';

const [serverUrl = ''] = process.argv.slice(2);
const secret = freshToken('martin', 3600);

/** What an app's own HTTP library throws: it holds what was sent. */
class HttpLibraryError extends Error {
  readonly config = { headers: { authorization: `Bearer ${secret}` } };
  readonly request = { body: JSON.stringify({ token: secret }) };
}

const seen: unknown[] = [];

function makeClient(mode: string, options: Partial<StreamVideoOptions> = {}): StreamVideo {
  const client = new StreamVideo({
    apiKey: 'key',
    user: { id: 'martin' },
    baseUrl: `${serverUrl}/${mode}`,
    logger: 'debug',
    timeouts: { connectMs: 600, providerMs: 200, requestMs: 2_000 },
    ...('tokenProvider' in options ? {} : { token: secret }),
    ...options,
  } as StreamVideoOptions);
  for (const name of ['all', ...LOCAL_EVENTS, 'connection.ok']) {
    client.on(name, (event) => {
      seen.push(event);
    });
  }
  client.on('connection.changed', () => {
    throw new HttpLibraryError(`a listener failed with ${secret}`);
  });
  client.on('token.refreshed', () =>
    Promise.reject(new HttpLibraryError(`a listener failed with ${secret}`)),
  );
  seen.push(client, client.auth, client.user, client.call('default', 'standup'));
  return client;
}

async function failing(attempt: () => unknown): Promise<void> {
  try {
    seen.push(await attempt());
  } catch (error) {
    seen.push(error);
  }
}

/** Ends a client after everything that can be asked of it has been seen. */
async function finish(client: StreamVideo): Promise<void> {
  const call = client.call('default', 'standup');
  seen.push(
    client.auth.state,
    client.auth.explain(),
    client.auth.explain().text,
    call.state,
    client.connectionId,
  );
  await client.disconnect();
  await failing(() => client.request('GET', '/edges'));
  seen.push(client, client.auth.state, client.auth.explain());
}

async function refusedBy(mode: string, options: Partial<StreamVideoOptions> = {}): Promise<void> {
  const client = makeClient(mode, options);
  await failing(() => client.request('GET', '/edges'));
  await failing(() => client.call('default', 'standup').join({ create: true }));
  await failing(() => client.connect());
  await finish(client);
}

const provider = (answer: () => unknown) => ({ tokenProvider: answer as () => string });

const MODES = ['ok', '4', '17', '40', '41', '43', '5', '2', '9', '71', '-1', 'close', 'redirect', 'page'];
await Promise.all([
  ...MODES.map((mode) => refusedBy(mode)),
  refusedBy(
    '40',
    provider(() => freshToken('martin', 3600)),
  ),
  refusedBy(
    'ok',
    provider(() => Promise.reject(new HttpLibraryError(`401 for ${secret}`))),
  ),
  refusedBy(
    'ok',
    provider(() => Promise.reject({ message: secret, headers: { authorization: secret } })),
  ),
  refusedBy(
    'ok',
    provider(() => {
      throw secret;
    }),
  ),
  refusedBy(
    'ok',
    provider(() => new Promise(() => {})),
  ),
  refusedBy(
    'ok',
    provider(() => `"${secret}"`),
  ),
  refusedBy(
    'ok',
    provider(() => `Bearer ${secret}`),
  ),
  refusedBy(
    'ok',
    provider(() => ({ token: secret })),
  ),
  refusedBy(
    'ok',
    provider(() => fakeToken({ user_id: secret })),
  ),
  refusedBy(
    'ok',
    provider(() => {
      throw new UnauthorizedError(`signed out: ${secret}`, { cause: new HttpLibraryError(secret) });
    }),
  ),
  refusedBy('ok', {
    tokenProvider: fetchTokenProvider(`${serverUrl}/4/token`, { headers: { authorization: secret } }),
  }),
  refusedBy('ok', {
    tokenProvider: fetchTokenProvider(`${serverUrl}/page/token`, { headers: { authorization: secret } }),
  }),
  refusedBy('ok', {
    fetch: () => Promise.reject(new HttpLibraryError(`fetch failed: ${secret}`)),
  }),
  refusedBy('ok', { user: User.anonymous, token: freshToken('!anon', 3600, { call_cids: [secret] }) }),
]);
await failing(() => new StreamVideo({ apiKey: 'key', user: { id: 'martin' }, token: `Bearer ${secret}` }));
await failing(
  () => new StreamVideo({ apiKey: 'key', user: { id: secret }, token: freshToken('somebody', 60) }),
);
await failing(
  () =>
    new StreamVideo({
      apiKey: 'key',
      baseUrl: `https://${secret}@example.com`,
      user: { id: 'martin' },
      token: secret,
    }),
);
await failing(
  () => new StreamVideo({ apiKey: 'key', baseUrl: `ftp://${secret}`, user: { id: 'martin' }, token: secret }),
);
const lax = makeClient('ok');
await failing(() => lax.request('GET', `//${secret}`));
await failing(() => lax.request('GET', '/edges', { headers: { authorization: secret, [secret]: 'x' } }));
await failing(() => lax.auth.setToken(`${secret}.more`));
await failing(() => lax.auth.getToken().then(() => "a token, which is the app's to keep"));
await finish(lax);

const classes = [
  ApiError,
  ConfigurationError,
  ConnectionError,
  InvalidTokenError,
  MissingPermissionError,
  SessionEndedError,
  TokenExpiredError,
  TokenProviderError,
  UnauthorizedError,
];
for (const kind of classes) {
  if (!seen.some((value) => value instanceof kind)) console.log(`NEVER SEEN ${kind.name}`);
}
for (const value of seen) {
  console.log(value);
  console.error({ context: [value] });
  console.log(inspect(value, { depth: 10, showHidden: true }));
  console.log(JSON.stringify(value), JSON.stringify({ value }), String(value), `${value}`);
  console.log(Object.entries(value ?? {}));
}
console.log(`${seen.length} things seen`);
