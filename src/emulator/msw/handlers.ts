import type * as Msw from 'msw';
import { type Names, readKnown } from '../../shared/known-options.js';
import { refuse } from '../../shared/refuse.js';
import { type EmulatedApp, EmulatedAppHandle } from '../emulated-app.js';
import { createApp } from '../http/app.js';
import { HEADERS_TOO_LARGE, MAX_HEADER_BYTES } from '../http/head-limit.js';
import { commonHeaders } from '../http/headers.js';
import { webBindings } from '../http/web-bindings.js';
import { createCoordinator, EMULATOR_OPTIONS, type EmulatorOptions } from '../options.js';
import type { Peer } from '../sockets/peer.js';
import { SocketSession } from '../sockets/session.js';
import { isSocketPath } from '../sockets/socket-paths.js';
import type { Coordinator } from '../state/coordinator.js';

/** What `emulatorHandlers` takes. */
export interface EmulatorHandlersOptions extends EmulatorOptions {
  /** What the app's client has as its base URL. @default the service's own */
  baseUrl?: string | undefined;
  /** What the app's chat client has as its base URL. @default the chat service's own */
  chatUrl?: string | undefined;
  /** Where the official client asks for its location. @default the service's own */
  hintUrl?: string | undefined;
  /**
   * The module `msw`, where it can't be loaded from here: under Jest on Node 20.
   *
   * @default the installed one
   */
  msw?: MswParts | undefined;
}

/**
 * Handlers for `setupWorker(...handlers)`, `setupServer(...handlers)` and Storybook. What they are is between
 * this package and msw, so the declaration needs no msw to compile.
 */
export type EmulatorHandlers = never[] & {
  /** The application that they answer for. */
  readonly emulator: EmulatedApp;
};

/** The parts of msw that the handlers are made of; any version of it, so nothing here needs its types. */
export interface MswParts {
  readonly http: object;
  readonly HttpResponse: object;
  readonly ws: object;
}

type LoadedMsw = Pick<typeof Msw, 'http' | 'HttpResponse' | 'ws'>;

const KNOWN: Names<keyof EmulatorHandlersOptions> = {
  ...EMULATOR_OPTIONS,
  baseUrl: true,
  chatUrl: true,
  hintUrl: true,
  msw: true,
};

const VIDEO_URL = 'https://video.stream-io-api.com';
const CHAT_URL = 'https://chat.stream-io-api.com';
const HINT_URL = 'https://hint.stream-io-video.com/';

/** The address that an option names; msw is handed what a parser has read. */
function readAddress(name: string, value: string | undefined, fallback: string): URL {
  try {
    const address = new URL(value ?? fallback);
    if (/^https?:$/.test(address.protocol)) return address;
  } catch {}
  return refuse(
    'invalid_option',
    `${name} is no http address`,
    `Pass what the app's client has, such as ${fallback}.`,
  );
}

export function createHandlers(parts: MswParts, given: EmulatorHandlersOptions): EmulatorHandlers {
  const msw = parts as LoadedMsw;
  const options = readKnown<EmulatorHandlersOptions>('emulatorHandlers', given, KNOWN);
  const { origin: videoOrigin } = readAddress('baseUrl', options.baseUrl, VIDEO_URL);
  const { origin: chatOrigin } = readAddress('chatUrl', options.chatUrl, CHAT_URL);
  const hintUrl = readAddress('hintUrl', options.hintUrl, HINT_URL).href;
  const coordinator = createCoordinator(options);
  const app = createApp(coordinator);
  const origins = new Set([videoOrigin, chatOrigin]);
  const answer = async ({ request }: { request: Request }) => {
    // No server reads on; here nobody else would stop.
    if (request.url.length > MAX_HEADER_BYTES) {
      return new Response(HEADERS_TOO_LARGE, {
        status: 431,
        headers: commonHeaders(request, coordinator.clock),
      });
    }
    let isCut = false;
    const bindings = webBindings(request, () => {
      isCut = true;
    });
    const response = await app.fetch(request, bindings);
    return isCut ? msw.HttpResponse.error() : response;
  };
  const hint = ({ request }: { request: Request }) =>
    answer({ request: new Request(new URL('/hint', videoOrigin), { method: request.method }) });
  const handlers: unknown[] = [
    msw.http.all(hintUrl, hint),
    ...[...origins].map((origin) => msw.http.all(`${origin}/*`, answer)),
  ];
  // Node 20 has no WebSocket to intercept.
  if (typeof globalThis.WebSocket === 'function') {
    for (const origin of origins) handlers.push(socketHandler(msw, origin, coordinator));
  }
  return Object.assign(handlers, {
    emulator: new EmulatedAppHandle(coordinator),
  }) as unknown as EmulatorHandlers;
}

function socketHandler({ ws }: LoadedMsw, origin: string, coordinator: Coordinator): unknown {
  return ws.link(`${origin.replace(/^http/, 'ws')}/*`).addEventListener('connection', ({ client }) => {
    const { pathname, searchParams } = client.url;
    if (!isSocketPath(pathname)) return client.close(1008, 'no socket opens here');
    const peer: Peer = {
      send: (data) => client.send(data as string | Uint8Array<ArrayBuffer>),
      // A frame that was just sent is lost when the close comes in the same turn.
      close: (code, reason) => void coordinator.timers.after(0, () => client.close(code, reason)),
      cut: () => client.close(1006, ''),
      bufferedBytes: () => 0,
    };
    const opening = { path: pathname, query: searchParams, headers: new Headers() };
    const session = new SocketSession(coordinator, peer, opening);
    client.addEventListener('message', ({ data }) => void receive(session, data));
    client.addEventListener('close', ({ code }) => session.closed(code));
  });
}

// A browser's client may send a Blob, whose bytes come later.
async function receive(session: SocketSession, data: unknown): Promise<void> {
  if (typeof data === 'string') session.receive(data);
  else if (ArrayBuffer.isView(data)) {
    session.receive(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
  } else {
    session.receive(new Uint8Array(await new Response(data as Blob | ArrayBuffer).arrayBuffer()));
  }
}
