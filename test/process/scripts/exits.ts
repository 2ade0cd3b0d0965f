import { StreamVideo, type TokenProvider } from 'stream-video-auth';
import { freshToken } from '../../support/tokens.js';

const [baseUrl = '', scenario = ''] = process.argv.slice(2);

function makeClient(tokenProvider?: TokenProvider, token = freshToken('martin', 3600)): StreamVideo {
  return new StreamVideo({
    apiKey: 'key',
    user: { id: 'martin' },
    baseUrl,
    logger: 'silent',
    token,
    ...(tokenProvider && { tokenProvider }),
  });
}

const renews: TokenProvider = async () => freshToken('martin', 3600);
const hangs: TokenProvider = () => new Promise(() => {});
const ended = (promise: Promise<unknown>) =>
  promise.catch((error) => console.log('rejected', (error as { code: string }).code));

/** By itself it keeps no process alive: it tells of one that something else has kept. */
function watchForLife(): void {
  setTimeout(() => console.log('kept alive'), 6_000).unref();
}

const scenarios: Record<string, () => Promise<unknown> | undefined> = {
  constructed() {
    makeClient(renews);
    return undefined;
  },
  requested: () => makeClient(renews).request('GET', '/edges'),
  async disconnected() {
    const client = makeClient(renews);
    await client.connect();
    await client.request('GET', '/edges');
    await client.auth.refresh();
    await client.disconnect();
  },
  async disposed() {
    const client = makeClient(renews);
    await client.connect();
    await client[Symbol.asyncDispose]();
  },
  async disconnected_while_connecting() {
    const client = makeClient(renews);
    const connecting = ended(client.connect());
    await client.disconnect();
    await connecting;
  },
  async disconnected_while_the_provider_hangs() {
    const client = makeClient(hangs, freshToken('martin', -60));
    const waiting = [
      ended(client.request('GET', '/edges')),
      ended(client.connect()),
      ended(client.auth.refresh()),
    ];
    await client.disconnect();
    await Promise.all(waiting);
  },
  async disconnected_twice_and_used_again() {
    const client = makeClient(renews);
    await client.connect();
    await Promise.all([client.disconnect(), client.disconnect()]);
    await client.connect();
    await client.disconnect();
    await ended(client.request('GET', '/edges'));
  },
  async disconnected_from_a_mute_peer() {
    watchForLife();
    const client = makeClient(renews);
    await client.connect();
    await client.disconnect();
  },
  async redirected_to_a_body_without_end() {
    watchForLife();
    const client = makeClient(renews);
    await client.request('GET', '/edges').catch((error) => console.log('rejected', error.status));
    await client.disconnect();
  },
  async connected() {
    const client = makeClient(renews);
    client.on('custom', async () => {
      console.log('heard');
      await client.disconnect();
    });
    await client.connect();
  },
};

await scenarios[scenario]?.();
console.log('done');
