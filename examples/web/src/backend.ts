/** Where tokens come from, and what can be made to go wrong. In an app the first half is your own server's. */
export interface Backend {
  readonly apiKey: string;
  /** Undefined: the service's own, which the emulator in the page answers for. */
  readonly baseUrl: string | undefined;
  /** Whether other tabs speak to the same coordinator. */
  readonly isShared: boolean;
  userToken(userId: string): Promise<string>;
  callToken(callCid: string): Promise<string>;
  revoke(): Promise<void>;
  expire(): Promise<void>;
  drop(): Promise<void>;
  skew(ms: number): Promise<void>;
  repair(): Promise<void>;
}

/** Short, so that a visitor sees a renewal. */
const LIFE_SECONDS = 60;

/** The emulator that `npm run demo:web` started, else one in this page. */
export function findBackend(): Promise<Backend> {
  const query = new URLSearchParams(location.search);
  const url = query.get('coordinator');
  return url === null ? inPage() : Promise.resolve(onLoopback(url, query.get('key') ?? ''));
}

function onLoopback(url: string, apiKey: string): Backend {
  const control = async (path: string, body: object = {}) => {
    const response = await fetch(`${url}/_emulator${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    if (!response.ok) throw new Error(`the emulator answered ${response.status}`);
    return response.json() as Promise<{ token: string }>;
  };
  const mint = async (body: object) => {
    const { token } = await control('/token', { expires_in_seconds: LIFE_SECONDS, ...body });
    return token;
  };
  return {
    apiKey,
    baseUrl: url,
    isShared: true,
    userToken: (userId) => mint({ user_id: userId }),
    callToken: (callCid) => mint({ user_id: '!anon', call_cids: [callCid] }),
    revoke: async () => void (await control('/faults/revoke')),
    expire: async () => void (await control('/faults/expire_tokens')),
    drop: async () => void (await control('/faults/drop_connections')),
    skew: async (ms) => void (await control('/faults/skew_clock', { ms })),
    repair: async () => void (await control('/faults/reset')),
  };
}

async function inPage(): Promise<Backend> {
  const [{ setupWorker }, { emulatorHandlers }] = await Promise.all([
    import('msw/browser'),
    import('stream-video-auth/emulator'),
  ]);
  const handlers = emulatorHandlers({ guestTtlSeconds: 300 });
  const { emulator } = handlers;
  await setupWorker(...handlers).start({
    quiet: true,
    onUnhandledRequest: 'bypass',
    serviceWorker: { url: new URL('mockServiceWorker.js', document.baseURI).pathname },
  });
  return {
    apiKey: emulator.apiKey,
    baseUrl: undefined,
    isShared: false,
    userToken: (userId) => emulator.userToken(userId, { expiresInSeconds: LIFE_SECONDS }),
    callToken: (callCid) => emulator.callToken([callCid], { expiresInSeconds: LIFE_SECONDS }),
    revoke: async () => emulator.faults.revoke(),
    expire: async () => emulator.faults.expireTokens(),
    drop: async () => emulator.faults.dropConnections(),
    skew: async (ms) => emulator.faults.skewClock(ms),
    repair: async () => emulator.faults.reset(),
  };
}
