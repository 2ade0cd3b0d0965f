import { explain } from '../../src/emulator/control/explain.js';
import { createHandlers } from '../../src/emulator/msw/handlers.js';
import { createCoordinator } from '../../src/emulator/options.js';
import { SocketSession } from '../../src/emulator/sockets/session.js';
import { explainToken } from '../../src/server/explain-token.js';
import { createTokenHandler, verifyToken } from '../../src/server/index.js';

// The doors that read from outside: what a stranger sends is put to each of them, past the limits of the host.

type Door = (text: string) => () => unknown;

const SECRET = 'a secret of at least thirty-two bytes';
const QUIET = { error: () => {}, warn: () => {} };
const ORIGIN = 'https://app.test';

const handle = createTokenHandler({
  apiSecret: SECRET,
  authenticate: () => ({ userId: 'martin' }),
  allowOrigins: [ORIGIN],
  methods: ['POST', 'GET'],
  logger: QUIET as never,
});
const coordinator = createCoordinator({ apiSecret: SECRET, apiKey: 'key' });

/** What msw would call. */
type Handler = (info: { request: Request }) => Promise<Response>;
const handlers = createHandlers(
  {
    http: { all: (_path: string, handler: Handler) => handler },
    HttpResponse: { error: () => Response.error() },
    ws: { link: () => ({ addEventListener: () => undefined }) },
  },
  { apiSecret: SECRET, apiKey: 'key', baseUrl: 'http://emulator.test' },
);
const [, answer] = handlers as unknown as Handler[];
const userToken = await handlers.emulator.userToken('martin');

/** What may stand in a header: the rest never gets past a host. */
const asHeader = (text: string) => text.replace(/[^\x20-\x7e]/g, ' ').trim();

/** Sends requests to the emulator as msw's handlers do. */
const send = (request: Request) => answer?.({ request });

const authorized = {
  authorization: userToken,
  'stream-auth-type': 'jwt',
  'content-type': 'application/json',
};
const post = (path: string, body: string, headers: Record<string, string> = authorized) =>
  new Request(`http://emulator.test${path}?api_key=key`, { method: 'POST', headers, body });

function frame(text: string): void {
  const session = new SocketSession(
    coordinator,
    { send: () => {}, close: () => {}, cut: () => {}, bufferedBytes: () => 0 },
    { path: '/video/connect', query: new URLSearchParams({ api_key: 'key' }), headers: new Headers() },
  );
  session.receive(text);
  session.closed(1000);
}

async function rejected(promise: Promise<unknown>): Promise<unknown> {
  return promise.catch((error: unknown) => error);
}

export const DOORS: Readonly<Record<string, Door>> = {
  'handler: body': (text) => {
    const request = new Request('https://app.test/token', { method: 'POST', body: text });
    return () => handle(request);
  },
  'handler: fields': (text) => {
    const body = JSON.stringify({ user_id: text.slice(0, 6_000), reason: 'x', call_cids: [] });
    const request = new Request('https://app.test/token', { method: 'POST', body });
    return () => handle(request);
  },
  'handler: query': (text) => {
    const query = new URLSearchParams({ user_id: text, reason: text, call_cids: text });
    const request = new Request(`https://app.test/token?${query}`);
    return () => handle(request);
  },
  'handler: headers': (text) => {
    const value = asHeader(text);
    const names = ['accept', 'origin', 'authorization', 'content-type', 'content-length'];
    const headers = Object.fromEntries(names.map((name) => [name, value]));
    const request = new Request('https://app.test/token', { method: 'POST', headers, body: '{}' });
    return () => handle(request);
  },
  'handler: preflight': (text) => {
    const headers = { origin: ORIGIN, 'access-control-request-headers': asHeader(text) };
    const request = new Request('https://app.test/token', { method: 'OPTIONS', headers });
    return () => handle(request);
  },
  verifyToken: (text) => () => rejected(verifyToken(text, { apiSecret: SECRET })),
  'verifyToken: parts': (text) => () =>
    rejected(verifyToken(`${text}.${text}.${text}`, { apiSecret: SECRET })),
  explainToken: (text) => () => explainToken(text, { now: Date.now() }),
  'emulator: explain': (text) => () => rejected(explain(text, coordinator)),
  'emulator: frame': (text) => () => frame(text),
  'emulator: auth frame': (text) => {
    const json = JSON.stringify({ token: text, user_details: { id: text, name: text, custom: { text } } });
    return () => frame(json);
  },
  'emulator: header': (text) => {
    const value = asHeader(text);
    const headers = { authorization: value, 'stream-auth-type': value, 'x-stream-client': value };
    const request = new Request('http://emulator.test/video/edges?api_key=key', { headers });
    return () => send(request);
  },
  'emulator: path': (text) => {
    const query = new URLSearchParams({ api_key: 'key', user_id: text, connection_id: text, payload: text });
    const path = encodeURIComponent(asHeader(text));
    const request = new Request(`http://emulator.test/video/call/default/${path}?${query}`);
    return () => send(request);
  },
  'emulator: body': (text) => {
    const request = post('/video/call/default/a', text);
    return () => send(request);
  },
  'emulator: custom': (text) => {
    const body = JSON.stringify({ data: { custom: { [text.slice(0, 100)]: text }, starts_at: text } });
    const request = post('/video/call/default/a', body);
    return () => send(request);
  },
  'emulator: filter': (text) => {
    const conditions = { cid: { $autocomplete: text }, created_at: { $gt: text }, [text]: { $q: text } };
    const body = JSON.stringify({ filter_conditions: conditions, next: text, sort: [{ field: text }] });
    const request = post('/video/calls', body);
    return () => send(request);
  },
  'emulator: guest': (text) => {
    const body = JSON.stringify({ user: { id: text, name: text } });
    const request = post('/video/guest', body, { ...authorized, 'stream-auth-type': 'anonymous' });
    return () => send(request);
  },
};

/** Ends what the doors would wait for. */
export const closeDoors = () => coordinator.stop();
