import { ConfigurationError } from '../shared/errors.js';
import { createControlApp } from './control/app.js';
import { Guard } from './control/guard.js';
import { openLiveFeed } from './control/live-feed.js';
import { createCoordinator, type EmulatedApp, EmulatedAppHandle, type EmulatorOptions } from './emulator.js';
import { createApp } from './http/app.js';
import { NodeHost } from './node/host.js';
import { readPageScript } from './node/page-script.js';
import { isControlPath, isSocketPath, LIVE_PATH } from './sockets/paths.js';
import { SocketSession } from './sockets/session.js';

export interface StartEmulatorOptions extends EmulatorOptions {
  /** Default: a free one. */
  port?: number | undefined;
  /** Default `127.0.0.1`: nobody but this machine. */
  host?: string | undefined;
  /** Origins that may use `/_emulator`, besides the page's own: `http://localhost:5173` for a front end. */
  allowOrigins?: readonly string[] | undefined;
}

/** An emulator that listens. */
export interface Emulator extends EmulatedApp {
  /** The origin, `http://127.0.0.1:<port>`: a client's `baseUrl`. Official JavaScript clients take `<url>/video`. */
  readonly url: string;
  /** Closes every socket, timer and listener. May be called more than once. */
  stop(): Promise<void>;
}

class Running extends EmulatedAppHandle implements Emulator {
  readonly url: string;
  readonly #stop: () => Promise<void>;

  constructor(coordinator: ReturnType<typeof createCoordinator>, url: string, stop: () => Promise<void>) {
    super(coordinator);
    this.url = url;
    this.#stop = stop;
  }

  stop(): Promise<void> {
    return this.#stop();
  }
}

function originOf(host: string, port: number): string {
  const name = host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host;
  return `http://${name.includes(':') ? `[${name}]` : name}:${port}`;
}

/**
 * Starts a local coordinator: the HTTP and WebSocket endpoints that clients of Stream Video use, with real tokens,
 * an application of its own, and faults on demand. Its state is in memory and ends with `stop()`.
 *
 * It is made for development and tests. It has no account, no media server and no persistence, and it listens on
 * loopback unless `host` says otherwise.
 *
 * @throws {ConfigurationError} for an option that can't be used, and for a port that is taken.
 * @example
 * const emulator = await startEmulator();
 * const token = await emulator.userToken('martin', { expiresInSeconds: 60 });
 * // ... a client with baseUrl: emulator.url and apiKey: emulator.apiKey
 * emulator.faults.expireTokens('martin');
 * await emulator.stop();
 */
export async function startEmulator(options: StartEmulatorOptions = {}): Promise<Emulator> {
  const { port = 0, host = '127.0.0.1' } = options;
  if (!Number.isInteger(port) || port < 0 || port > 65_535) {
    throw new ConfigurationError('invalid_option', 'port is not a whole number from 0 to 65535', {
      remediation: 'Pass a port, or none for a free one.',
    });
  }
  const coordinator = createCoordinator(options);
  const app = createApp(coordinator);
  const guard = new Guard({ host, allowOrigins: options.allowOrigins ?? [] });
  const controls = createControlApp(coordinator, { guard, pageScript: readPageScript });
  const listening = await NodeHost.listen({
    port,
    host,
    fetch: (request, bindings) =>
      isControlPath(new URL(request.url).pathname)
        ? controls.fetch(request, bindings)
        : app.fetch(request, bindings),
    accept: (opening) => {
      if (isSocketPath(opening.path)) return (peer) => new SocketSession(coordinator, peer, opening);
      if (opening.path !== LIVE_PATH) return 404;
      return guard.refusalOf(opening.headers) === undefined ? (peer) => openLiveFeed(coordinator, peer) : 403;
    },
  }).catch((cause: NodeJS.ErrnoException) => {
    const why = cause.code === 'EADDRINUSE' ? `port ${port} is taken` : `can not listen on ${host}:${port}`;
    throw new ConfigurationError('invalid_option', why, {
      remediation: 'Pass another port, or none for a free one.',
      cause,
    });
  });
  return new Running(coordinator, originOf(host, listening.port), async () => {
    coordinator.stop();
    await listening.close();
  });
}
