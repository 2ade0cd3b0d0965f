import type { OwnUserResponse } from 'stream-video-auth';
import { StreamVideo, User } from 'stream-video-auth';
import {
  atOnce,
  client,
  freeFetch,
  garbageBytes,
  headers,
  heapBytes,
  inTurn,
  mint,
  RawSocket,
  sleep,
  timed,
} from './rig.js';

export type Subject = 'ours' | 'bare' | 'signalled' | 'official';
export type Figures = Record<string, number>;

/** One figure, measured in a process that does nothing else. `size` is how much of it. */
type Measure = (subject: Subject, size: number, url: string) => Promise<Figures>;

async function officialClient(url: string): Promise<{ get(path: string): Promise<unknown> }> {
  const { StreamVideoClient } = await import('@stream-io/video-client');
  // Node 20 has none, and without a socket the official client sends nothing.
  Object.assign(globalThis, { WebSocket: (await import('ws')).WebSocket });
  const options = { baseURL: `${url}/video`, logLevel: 'error' as const };
  const official = new StreamVideoClient({ apiKey: 'key', options: options as never });
  await official.connectUser({ id: 'martin' }, mint());
  const { streamClient } = official as unknown as { streamClient: { get(path: string): Promise<unknown> } };
  return streamClient;
}

async function requester(subject: Subject, url: string): Promise<() => Promise<unknown>> {
  if (subject === 'official') {
    const official = await officialClient(url);
    return () => official.get('/edges');
  }
  if (subject === 'ours') {
    const ours = client({ baseUrl: url, fetch: undefined });
    return () => ours.request('GET', '/edges');
  }
  const token = mint();
  return async () => {
    const signal = AbortSignal.timeout(10_000);
    const response = await fetch(`${url}/video/edges?api_key=key`, { headers: headers(token), signal });
    return response.json();
  };
}

/** The least that a request with a time limit costs: a controller, a timer, and JSON. */
async function bareOwnWork(fetch: (controller: AbortController) => Promise<Response>): Promise<unknown> {
  const controller = new AbortController();
  const timer = setTimeout(() => controller.abort(), 10_000);
  try {
    return JSON.parse(await (await fetch(controller)).text());
  } finally {
    clearTimeout(timer);
  }
}

function ownWork(subject: Subject): () => Promise<unknown> {
  if (subject === 'bare') return () => bareOwnWork(freeFetch);
  // Node makes a controller's signal when somebody asks for it, which costs more than all the rest.
  if (subject === 'signalled') return () => bareOwnWork(({ signal }) => freeFetch('', { signal }));
  const ours = client();
  return () => ours.request('GET', '/edges');
}

/** What an app writes that knows no token life: asks for a token, then for its answer. */
async function coldByHand(): Promise<unknown> {
  await sleep(100);
  const sent = headers(mint());
  return bareOwnWork(async ({ signal }) => {
    await sleep(100);
    return freeFetch('', { headers: sent, signal });
  });
}

/** A socket that opens while the token is on its way, authenticates, and waits for its welcome. */
async function connectByHand(token: Promise<string>): Promise<unknown> {
  const socket = new RawSocket();
  const opened = new Promise((resolve) => socket.addEventListener('open', resolve));
  const welcome = new Promise((resolve) => socket.addEventListener('message', resolve));
  await opened;
  socket.send(JSON.stringify({ token: await token, user_details: { id: 'martin' } }));
  return welcome;
}

async function connected(): Promise<StreamVideo> {
  const made = client();
  await made.connect();
  return made;
}

/** The timers that run, from now on. */
function countTimers(): ReadonlySet<unknown> {
  const running = new Set<unknown>();
  const { setTimeout: set, clearTimeout: clear } = globalThis;
  globalThis.setTimeout = ((run: () => void, delayMs: number) => {
    const timer = set(() => {
      running.delete(timer);
      run();
    }, delayMs);
    running.add(timer);
    return timer;
  }) as never;
  globalThis.clearTimeout = ((timer: never) => {
    running.delete(timer);
    clear(timer);
  }) as never;
  return running;
}

async function heapEach(size: number, make: () => unknown): Promise<number> {
  // What the first ones load and compile is nobody's own.
  const kept: unknown[] = [await make(), await make(), await make()];
  const before = await heapBytes();
  for (let index = 0; index < size; index += 1) kept.push(await make());
  const bytes = (await heapBytes()) - before;
  return kept.length > 0 ? bytes / size : 0;
}

const MEASURES: Readonly<Record<string, Measure>> = {
  /** GETs to the coordinator, one after the other. */
  async get(subject, size, url) {
    const run = await requester(subject, url);
    await inTurn(size, run);
    const { wallMs, cpuMs } = await timed(() => inTurn(size, run));
    return { wallUs: (wallMs / size) * 1000, cpuUs: (cpuMs / size) * 1000 };
  },

  async own(subject, size) {
    const run = ownWork(subject);
    await inTurn(size, run);
    const { cpuMs } = await timed(() => inTurn(size, run));
    return { cpuUs: (cpuMs / size) * 1000 };
  },

  async garbage(subject, size) {
    const run = ownWork(subject);
    await inTurn(2 * size, run);
    return { bytes: (await garbageBytes(() => inTurn(size, run))) / size };
  },

  async inFlight(_subject, size) {
    const ours = client({ fetch: () => new Promise<Response>(() => {}) });
    const pending: Promise<unknown>[] = [];
    const add = () => {
      const request = ours.request('GET', '/edges');
      request.catch(() => {});
      pending.push(request);
    };
    await inTurn(10, add);
    const before = await heapBytes();
    const { cpuMs } = await timed(() => inTurn(size, add));
    const bytes = ((await heapBytes()) - before) / size;
    await ours.disconnect();
    await Promise.allSettled(pending);
    return { bytes, cpuUs: (cpuMs / size) * 1000 };
  },

  async getToken(_subject, size) {
    const { auth } = client();
    const run = () => auth.getToken();
    await inTurn(size, run);
    const { cpuMs } = await timed(() => inTurn(size, run));
    // Until the engine has compiled it for good: before, the bytes are those of one or the other stage.
    await inTurn(100_000, run);
    const bytes = await garbageBytes(() => inTurn(2_000, run));
    return { cpuUs: (cpuMs / size) * 1000, bytes: bytes / 2_000 };
  },

  async burst(subject, size, url) {
    const run = await requester(subject, url);
    await atOnce(size, 64, run);
    const { wallMs, cpuMs } = await timed(() => atOnce(size, 64, run));
    return { wallMs, cpuMs };
  },

  /** The same after the token was refused, which the parent has the coordinator do. */
  async refusedBurst(_subject, size, url) {
    let calls = 0;
    const tokenProvider = async () => {
      calls += 1;
      return mint(calls);
    };
    const token = mint(process.pid);
    const ours = client({ baseUrl: url, fetch: undefined, token, tokenProvider });
    const run = () => ours.request('GET', '/edges');
    await atOnce(size, 64, run);
    const good = await timed(() => atOnce(size, 64, run));
    const refusedBy = new Promise((resolve) => process.once('message', resolve));
    process.send?.({ refuse: token });
    await refusedBy;
    const refused = await timed(() => atOnce(size, 64, run));
    return { providerCalls: calls, goodMs: good.wallMs, refusedMs: refused.wallMs };
  },

  async heapMade(_subject, size) {
    return { bytes: await heapEach(size, () => client()) };
  },

  async heapUsed(_subject, size) {
    const used = async () => {
      const made = client();
      await made.request('GET', '/edges');
      return made;
    };
    return { bytes: await heapEach(size, used) };
  },

  async heapConnected(_subject, size) {
    return { bytes: await heapEach(size, connected) };
  },

  async heapOfficial(_subject, size) {
    const { StreamVideoClient } = await import('@stream-io/video-client');
    return { bytes: await heapEach(size, () => new StreamVideoClient({ apiKey: 'key' })) };
  },

  /** Calls that nobody holds: what stays of them, and what a request costs with them. Bare: without any. */
  async lostCalls(subject, size) {
    const ours = client();
    const run = () => ours.request('GET', '/edges');
    await inTurn(5_000, run);
    const before = await heapBytes();
    const made = subject === 'bare' ? 0 : size;
    for (let index = 0; index < made; index += 1) ours.call('default', `call-${index}`);
    const bytes = ((await heapBytes()) - before) / size;
    // The collection threw compiled code away.
    await inTurn(5_000, run);
    const { cpuMs } = await timed(() => inTurn(20_000, run));
    return { bytes, cpuMs };
  },

  /** The first authenticated answer, with a token endpoint and a server that take 100 ms each. */
  async cold(subject) {
    if (subject === 'bare') return { wallMs: (await timed(coldByHand)).wallMs };
    const ours = client({
      token: undefined,
      tokenProvider: async () => {
        await sleep(100);
        return mint();
      },
      fetch: async () => {
        await sleep(100);
        return freeFetch();
      },
    } as never);
    const { wallMs } = await timed(() => ours.request('GET', '/edges'));
    return { wallMs };
  },

  /** From nothing to a connection, for a user and for a guest, at the same latencies. */
  async connect(subject) {
    RawSocket.openMs = 100;
    RawSocket.authMs = 100;
    if (subject === 'bare') {
      const { wallMs } = await timed(() => connectByHand(sleep(100).then(() => mint())));
      const guest = () => sleep(100).then(() => connectByHand(Promise.resolve(mint())));
      return { wallMs, guestMs: (await timed(guest)).wallMs };
    }
    const tokenProvider = async () => {
      await sleep(100);
      return mint();
    };
    const ours = client({ token: undefined, tokenProvider } as never);
    const { wallMs } = await timed(() => ours.connect());
    const WebSocket = RawSocket as never;
    const guest = async (): Promise<OwnUserResponse> => {
      const fetch = async () => {
        await sleep(100);
        const answer = { user: { id: 'martin' }, access_token: mint() };
        return { ...(await freeFetch()), text: async () => JSON.stringify(answer) } as Response;
      };
      const made = await StreamVideo.create({ apiKey: 'key', user: User.guest('martin'), fetch, WebSocket });
      return made.connect();
    };
    return { wallMs, guestMs: (await timed(guest)).wallMs };
  },

  /** Clients that have used their token and do nothing: what that costs, and their timers. */
  async idle(_subject, size) {
    const timers = countTimers();
    const clients: StreamVideo[] = [];
    await inTurn(size, async () => {
      const made = client();
      await made.request('GET', '/edges');
      clients.push(made);
    });
    await heapBytes();
    const { size: left } = timers;
    const { wallMs, cpuMs } = await timed(() => sleep(3_000));
    return { timers: left / clients.length, share: cpuMs / wallMs };
  },

  // ---- cost as the work grows: microseconds, or bytes, for each of `size`

  async clients(_subject, size) {
    const made: StreamVideo[] = [];
    const { cpuMs } = await timed(() => inTurn(size, () => void made.push(client())));
    return { cpuUs: (cpuMs / size) * 1000 };
  },

  async listeners(_subject, size) {
    const ours = client();
    let heard = 0;
    const stops: (() => void)[] = [];
    const { cpuMs } = await timed(async () => {
      for (let index = 0; index < size; index += 1) {
        stops.push(
          ours.auth.subscribe(() => {
            heard += 1;
          }),
          ours.on('token.refreshed', () => {
            heard += 1;
          }),
        );
      }
      ours.auth.setToken(mint(1));
      await sleep(0);
      for (const stop of stops) stop();
    });
    if (heard < size) throw new Error('Listeners were not told');
    return { cpuUs: (cpuMs / size) * 1000 };
  },

  /** Calls that are watched, and watched again on the next connection. */
  async watchedCalls(_subject, size) {
    const at = new Date().toISOString();
    const envelope = (id: string) => ({
      call: { type: 'default', id, cid: `default:${id}`, created_at: at, updated_at: at },
      members: [],
      own_capabilities: [],
    });
    const fetch = (async (url: string, init: { body?: string }) => {
      const cids: string[] = JSON.parse(init.body ?? '{}').filter_conditions?.cid?.$in ?? [];
      const found = cids.map((cid) => envelope(cid.slice('default:'.length)));
      const id = /call\/default\/([^/?]+)/.exec(url)?.[1] ?? '';
      const text = JSON.stringify(url.includes('/calls') ? { calls: found } : envelope(id));
      return { ...(await freeFetch()), text: async () => text } as Response;
    }) as never;
    const ours = client({ fetch });
    await ours.connect();
    const calls = Array.from({ length: size }, (_, index) => ours.call('default', `c${index}`));
    const { cpuMs } = await timed(async () => {
      for (const call of calls) await call.get({ watch: true });
    });
    if (!calls.every(({ state }) => state.watched)) throw new Error('A call is not watched');
    return { cpuUs: (cpuMs / size) * 1000 };
  },

  async inFlightAtOnce(_subject, size) {
    const ours = client({ fetch: async () => sleep(1).then(freeFetch) });
    await inTurn(20, () => ours.request('GET', '/edges'));
    const { cpuMs } = await timed(() =>
      Promise.all(Array.from({ length: size }, () => ours.request('GET', '/edges'))),
    );
    return { cpuUs: (cpuMs / size) * 1000 };
  },
};

/** What is compiled and loaded on first use would hide how a cost grows. */
const WARMED: readonly string[] = ['clients', 'listeners', 'watchedCalls', 'inFlightAtOnce'];

const [name = '', subject = 'ours', size = '1', url = ''] = process.argv.slice(2);
const measure = MEASURES[name];
if (measure) {
  if (WARMED.includes(name)) await measure(subject as Subject, 2_000, url);
  const figures = await measure(subject as Subject, Number(size), url);
  process.send?.({ figures });
  // Neither sockets nor timers of the clients matter any more.
  setTimeout(() => process.exit(), 10);
}
