import { isArray } from '../shared/foreign-value.js';
import { type Names, readKnown } from '../shared/known-options.js';
import { refuse } from '../shared/refuse.js';
import { createControlApp } from './control/app.js';
import { isControlPath, LIVE_PATH } from './control/control-paths.js';
import { Guard } from './control/guard.js';
import { openLiveFeed } from './control/live-feed.js';
import { type EmulatedApp, EmulatedAppHandle } from './emulated-app.js';
import { createApp } from './http/app.js';
import { MediaServer } from './media/media-server.js';
import { PairedTransport } from './media/paired-transport.js';
import { createRpcApp } from './media/rpc.js';
import { NodeHost } from './node/host.js';
import { readPageScript } from './node/page-script.js';
import { createCoordinator, EMULATOR_OPTIONS, type EmulatorOptions, readSwitch } from './options.js';
import { SocketSession } from './sockets/session.js';
import { isSocketPath } from './sockets/socket-paths.js';
import { RPC_PATH, SOCKET_PATH } from './wire/media-paths.js';

/** What `startEmulator` takes. */
export interface StartEmulatorOptions extends EmulatorOptions {
  /** The port to listen on. @default a free one */
  port?: number | undefined;
  /** The address to listen on; any other than the default lets other machines in. @default '127.0.0.1' */
  host?: string | undefined;
  /**
   * Origins that may use `/_emulator` besides the page's own, such as `http://localhost:5173` for a front end.
   * @default none
   */
  allowOrigins?: readonly string[] | undefined;
  /**
   * Whether a stand-in of a media server answers, so that official clients can join calls: one-to-one media, not a
   * media server. Two browsers see and hear each other, anybody else is listed without a picture. When false, `join`
   * names media servers that can't be reached.
   *
   * @default true
   */
  media?: boolean | undefined;
}

const KNOWN: Names<keyof StartEmulatorOptions> = {
  ...EMULATOR_OPTIONS,
  allowOrigins: true,
  host: true,
  media: true,
  port: true,
};

/** An emulator that listens. */
export interface Emulator extends EmulatedApp {
  /** The origin, `http://127.0.0.1:<port>`: a client's `baseUrl`. Official JavaScript clients take `<url>/video`. */
  readonly url: string;
  /** Closes every socket, timer and listener; open sockets end without a close frame. May be called more than once. */
  stop(): Promise<void>;
}

function readHost(host: string): string {
  if (typeof host === 'string' && host !== '') return host;
  return refuse('invalid_option', 'host is empty or not a string', 'Pass an address, or none for loopback.');
}

function readOrigins(origins: readonly string[]): readonly string[] {
  if (isArray(origins) && origins.every((origin) => typeof origin === 'string')) return origins;
  return refuse(
    'invalid_option',
    'allowOrigins is not a list of strings',
    "Pass origins such as ['http://localhost:5173'].",
  );
}

function originOf(host: string, port: number): string {
  const name = host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host;
  return `http://${name.includes(':') ? `[${name}]` : name}:${port}`;
}

/**
 * Starts a local coordinator: the HTTP and WebSocket endpoints that clients of Stream Video use, with real tokens,
 * an application of its own, and faults on demand. Its state is in memory and ends with `stop()`.
 *
 * What it holds is bounded: beyond 10,000 users and 10,000 calls it forgets those that were not used for longest,
 * never a user who is connected, deactivated, banned, deleted or revoked, nor a call that is watched.
 *
 * It is made for development and tests. It has no account and no persistence, and it listens on loopback unless
 * `host` says otherwise. Official clients join calls on it: two browsers see each other, see `media`.
 *
 * @throws {ConfigurationError} for an option that can't be used or that is none, and for a port that is taken.
 * @example
 * const emulator = await startEmulator();
 * const token = await emulator.userToken('martin', { expiresInSeconds: 60 });
 * // ... a client with baseUrl: emulator.url and apiKey: emulator.apiKey
 * emulator.faults.expireTokens('martin');
 * await emulator.stop();
 */
export async function startEmulator(given: StartEmulatorOptions = {}): Promise<Emulator> {
  const options = readKnown<StartEmulatorOptions>('startEmulator', given, KNOWN);
  const { port = 0 } = options;
  const host = readHost(options.host ?? '127.0.0.1');
  const allowOrigins = readOrigins(options.allowOrigins ?? []);
  if (!Number.isInteger(port) || port < 0 || port > 65_535) {
    refuse(
      'invalid_option',
      'port is not a whole number from 0 to 65535',
      'Pass a port, or none for a free one.',
    );
  }
  const hasMedia = readSwitch('media', options.media) !== false;
  const coordinator = createCoordinator(options, { hasMedia });
  const media = new MediaServer(coordinator, () => new PairedTransport(coordinator.timers));
  const rpc = createRpcApp(media);
  const app = createApp(coordinator);
  const guard = new Guard({ host, allowOrigins });
  const handle = new EmulatedAppHandle(coordinator);
  const controls = createControlApp(
    { coordinator, faults: handle.faults },
    { guard, pageScript: readPageScript },
  );
  const listening = await NodeHost.listen({
    port,
    host,
    fetch: (request, bindings) => {
      const { pathname } = new URL(request.url);
      if (isControlPath(pathname)) return controls.fetch(request, bindings);
      return (hasMedia && pathname.startsWith(RPC_PATH) ? rpc : app).fetch(request, bindings);
    },
    accept: (opening) => {
      if (isSocketPath(opening.path)) return (peer) => new SocketSession(coordinator, peer, opening);
      if (hasMedia && opening.path === SOCKET_PATH) return (peer) => media.openSocket(peer);
      if (opening.path !== LIVE_PATH) return 404;
      return guard.refusalOf(opening.headers) === undefined ? (peer) => openLiveFeed(coordinator, peer) : 403;
    },
  }).catch((cause: NodeJS.ErrnoException) => {
    const why = cause.code === 'EADDRINUSE' ? `port ${port} is taken` : `can not listen on ${host}:${port}`;
    return refuse('invalid_option', why, 'Pass another port, or none for a free one.', cause);
  });
  return Object.assign(handle, {
    url: originOf(host, listening.port),
    stop: async () => {
      coordinator.stop();
      await listening.close();
    },
  });
}
