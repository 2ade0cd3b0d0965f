// Played in every runtime: nothing is used here that one of them has not. What is imported is the installed package.
import {
  fetchTokenProvider,
  MissingPermissionError,
  SessionEndedError,
  StreamVideo,
  type TokenProvider,
  User,
} from 'stream-video-auth';

/** What the host says to the suite. */
export interface Settings {
  readonly apiKey: string;
  readonly baseUrl: string;
  /** Of the host: the token endpoint, and what it does to the coordinator. */
  readonly hostUrl: string;
}

export interface Played {
  readonly passed: readonly string[];
  /** Name and reason of the first that failed: what follows it means nothing. */
  readonly failed?: string;
  /** As `explain()` names it. */
  readonly runtime: string;
  /** Sockets of the runtime's own class that the client made; undefined where there is no such class. */
  readonly ownSockets: number | undefined;
}

/** Each test in turn: those that follow build upon those that went before. */
export const TESTS = [
  'user',
  'socket',
  'calls',
  'refresh',
  'ahead',
  'revocation',
  'guest',
  'anonymous',
  'end',
];

function assert(isSo: unknown, what: string): asserts isSo {
  if (!isSo) throw new Error(`not so: ${what}`);
}

async function until(holds: () => boolean, what: string): Promise<void> {
  for (let tries = 0; !holds(); tries += 1) {
    assert(tries < 500, `within ten seconds ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** Puts a class that counts in the place of the runtime's own; undefined where there is none. */
function countSockets(): { made: number } | undefined {
  const scope = globalThis as { WebSocket?: new (url: string) => object };
  const { WebSocket: Own } = scope;
  if (typeof Own !== 'function') return undefined;
  const count = { made: 0 };
  scope.WebSocket = class extends Own {
    constructor(url: string) {
      super(url);
      count.made += 1;
    }
  };
  return count;
}

export async function play({ apiKey, baseUrl, hostUrl }: Settings): Promise<Played> {
  const sockets = countSockets();
  const common = { apiKey, baseUrl, logger: 'error' } as const;
  const reasons: string[] = [];
  const telling =
    (provider: TokenProvider): TokenProvider =>
    (context) => {
      reasons.push(context.reason);
      return provider(context);
    };
  const provider = fetchTokenProvider(`${hostUrl}/token`);
  const client = new StreamVideo({ ...common, user: { id: 'martin' }, tokenProvider: telling(provider) });
  const fault = (name: string) => fetch(`${hostUrl}/faults/${name}`, { method: 'POST' });
  const edges = () => client.request('GET', '/edges');

  const tests: Record<string, () => Promise<void>> = {
    async user() {
      assert(reasons.length === 0, 'nothing is asked for before anybody asks');
      await Promise.all([edges(), edges(), client.auth.getToken()]);
      assert(reasons.join() === 'initial', `three callers are one call of the provider: ${reasons}`);
    },
    async socket() {
      const me = await client.connect();
      assert(me.id === 'martin' && client.connectionState === 'connected', 'connected as martin');
      const former = client.connectionId;
      await fault('drop_connections');
      await until(
        () => client.connectionState === 'connected' && client.connectionId !== former,
        'connected again',
      );
      assert(reasons.length === 1, 'which needs no other token');
    },
    async calls() {
      const call = client.call('default', 'portable');
      await call.getOrCreate({ custom: { a: 1 } });
      await call.get({ watch: true });
      const heard: string[] = [];
      call.on('call.updated', ({ type }) => heard.push(type));
      await call.update({ custom: { a: 2, text: 'größer' } });
      await until(() => heard.length === 1, 'its event is heard');
      assert(call.state.call?.custom.text === 'größer', 'the state follows');
      const { calls } = await client.queryCalls({ filter: { cid: call.cid } });
      assert(calls[0] === call, 'the same call is found');
      await call.leave();
    },
    async refresh() {
      const former = await client.auth.getToken();
      const [one, two] = await Promise.all([client.auth.refresh(), client.auth.refresh()]);
      assert(one === two && one !== former, 'two who refresh share one new token');
      assert(reasons.join() === 'initial,manual', `which is one call: ${reasons}`);
    },
    async ahead() {
      client.auth.setTokenProvider(telling(fetchTokenProvider(`${hostUrl}/token/short`)));
      await client.auth.refresh();
      await until(() => {
        // There nothing is begun that nobody waits for.
        if (client.auth.explain().runtime === 'Workers') client.auth.getToken().catch(() => {});
        return reasons.includes('expiring');
      }, 'a short-lived token is refreshed ahead');
      assert(client.connectionState === 'connected', 'which leaves the socket alone');
      client.auth.setTokenProvider(telling(provider));
      await client.auth.refresh();
    },
    async revocation() {
      // Revoked is what the coordinator has seen.
      await edges();
      reasons.length = 0;
      await fault('revoke');
      await Promise.all(Array.from({ length: 10 }, edges));
      assert(reasons.join() === 'rejected', `ten refused requests are one call: ${reasons}`);
    },
    async guest() {
      const guest = await StreamVideo.create({ ...common, user: User.guest('visitor') });
      const me = await guest.connect();
      assert(me.id === guest.user.id && me.id.includes('visitor'), 'connected as the coordinator named it');
      await guest.request('GET', '/edges');
      await guest.disconnect();
    },
    async anonymous() {
      await client.call('livestream', 'portable').getOrCreate();
      const viewer = new StreamVideo({
        ...common,
        user: User.anonymous,
        tokenProvider: fetchTokenProvider(`${hostUrl}/viewer`, { callCids: ['livestream:portable'] }),
      });
      const call = viewer.call('livestream', 'portable');
      await call.get();
      assert(!call.can('send-audio'), 'an anonymous viewer sends nothing');
      const refused = await viewer.connect().then(
        () => undefined,
        (error: unknown) => error,
      );
      assert(refused instanceof MissingPermissionError, 'and has no socket');
      await viewer.disconnect();
    },
    async end() {
      await client.disconnect();
      const ended = await edges().then(
        () => undefined,
        (error: unknown) => error,
      );
      assert(ended instanceof SessionEndedError && client.connectionState === 'disconnected', 'it has ended');
    },
  };

  const passed: string[] = [];
  let failed: string | undefined;
  for (const name of TESTS) {
    try {
      await tests[name]?.();
      passed.push(name);
    } catch (error) {
      const { cause } = error as { cause?: unknown };
      failed = `${name}: ${error}${cause === undefined ? '' : ` (${cause})`}`;
      await client.disconnect();
      break;
    }
  }
  const { runtime } = client.auth.explain();
  return { passed, ...(failed !== undefined && { failed }), runtime, ownSockets: sockets?.made };
}
