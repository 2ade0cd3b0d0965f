import { TokenSession } from '../../../src/client/auth/token-session.js';
import type { Environment } from '../../../src/client/environment/environment.js';
import type { Logger } from '../../../src/client/logger.js';
import { PROVIDER_LIMIT_MS } from '../../../src/client/refresh/provider-time-limit.js';
import { Connection } from '../../../src/client/socket/connection.js';
import { seededRandom } from '../../support/seeded-random.js';
import type { FleetCoordinator } from './coordinator.js';
import type { TokenEndpoint } from './token-endpoint.js';
import { VirtualTime } from './virtual-time.js';

const nothing = () => {};
const deaf = { watch: () => nothing };
const SILENT: Logger = { debug: nothing, info: nothing, warn: nothing, error: nothing };

/** How long `connect()` tries: longer than any scene, since nobody of the fleet gives up. */
const CONNECT_MS = 86_400_000;

/** One fleet, and all that its clients have in common: time, dice, and pages that are always seen and online. */
export class World {
  readonly time = new VirtualTime();
  readonly random: () => number;
  readonly #environment: Environment;

  constructor(seed: number) {
    this.random = seededRandom(seed);
    this.#environment = {
      clock: this.time.clock,
      timers: this.time.timers,
      network: deaf,
      page: deaf,
      visibility: { isVisible: () => true, watch: () => nothing },
      tiesIoToRequests: () => false,
      random: this.random,
    };
  }

  /** The token's life of one client, as the package has it: store, scheduler, single flight, back-off, breaker. */
  session(
    endpoint: TokenEndpoint,
    { client, userId = `u${client}`, tabKey, hasDemand = () => true }: SessionOptions,
  ): TokenSession {
    return new TokenSession({
      user: { id: userId, type: 'authenticated' },
      source: { kind: 'provider', provider: endpoint.providerOf(userId) },
      refresh: 'auto',
      guestExpiry: 'renew',
      environment: this.#environment,
      logger: SILENT,
      emit: nothing,
      hasJoinedCall: () => false,
      providerLimitMs: PROVIDER_LIMIT_MS,
      hasDemand,
      tabKey,
    });
  }

  /** A client with its socket, as the package has it: handshake, heartbeat, reconnect and its back-off. */
  connected(endpoint: TokenEndpoint, coordinator: FleetCoordinator, client: number): Connection {
    const session = this.session(endpoint, { client, hasDemand: () => connection.state === 'connected' });
    const connection: Connection = new Connection({
      url: 'wss://fleet',
      WebSocket: coordinator.WebSocket,
      connectMs: CONNECT_MS,
      session,
      environment: this.#environment,
      logger: SILENT,
      emit: nothing,
      onServerEvent: nothing,
      beforeConnected: () => undefined,
    });
    return connection;
  }
}

interface SessionOptions {
  readonly client: number;
  readonly userId?: string;
  readonly tabKey?: string | undefined;
  /** Whether an open socket on a visible page relies on the token. */
  readonly hasDemand?: () => boolean;
}
