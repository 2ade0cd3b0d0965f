import { assertKnown } from '../../shared/known-options.js';
import { refuse } from '../../shared/refuse.js';
import type { Coordinator } from '../state/coordinator.js';
import { CAPABILITIES, type Capability } from '../state/default-grants.js';
import { RECONNECT_STRATEGIES, type ReconnectStrategy } from '../state/participants.js';
import type { RateLimitOptions } from '../state/rate-limits.js';
import { FAULT_KINDS, type ResponseFault } from '../state/response-faults.js';
import {
  CONNECTION_ERROR,
  type ConnectionErrorOptions,
  DROP,
  type DropOptions,
  LATENCY,
  type LatencyOptions,
  RATE_LIMIT,
  RESPONSE_FAULT,
} from './fault-options.js';

// What RFC 6455 lets an application put into a close frame.
function mayGoOnTheWire(code: number): boolean {
  const isProtocolCode = code >= 1000 && code <= 1014 && ![1004, 1005, 1006].includes(code);
  return Number.isInteger(code) && (isProtocolCode || (code >= 3000 && code <= 4999));
}

function checkNumber(
  name: string,
  value: number,
  isValid: (value: number) => boolean,
  expected: string,
): void {
  if (typeof value !== 'number' || !isValid(value))
    refuse('invalid_option', `${name} is not ${expected}`, `Pass ${expected} as ${name}.`);
}

const isFiniteNumber = (value: number) => Number.isFinite(value);
const isDuration = (value: number) => Number.isFinite(value) && value >= 0;
const isCount = (value: number) => Number.isInteger(value) && value >= 0;

/**
 * Everything that can be made to go wrong, on demand. Each takes effect at once and lasts until it is used up, set
 * back or ended by `reset()`.
 */
export class Faults {
  readonly #coordinator: Coordinator;

  /** @internal */
  constructor(coordinator: Coordinator) {
    this.#coordinator = coordinator;
  }

  /**
   * Refuses the tokens that the emulator has minted or seen so far with 40, as if they had expired, and any other
   * with an earlier `iat` than the second before. A token minted afterwards works. Open sockets stay, unless
   * `cutSocketsAtExpiry` is on. Without a user id it ends the tokens of all users.
   */
  expireTokens(userId?: string): void {
    this.#endTokens('expired', userId);
  }

  /** As `expireTokens`, with the message of a revocation. On the wire both are 401 / 40. */
  revoke(userId?: string): void {
    this.#endTokens('revoked', userId);
  }

  /**
   * Fails the next requests of the coordinator's endpoints: one with status 503 unless told otherwise. Handshakes,
   * preflights and telemetry don't count. Several plans may stand; the oldest one that fits a request is used.
   *
   * @throws {ConfigurationError} `invalid_option` for a count, status or kind that does not exist.
   *
   * @example
   * emulator.faults.failNext(3, { status: 503 });
   * emulator.faults.failNext(1, { kind: 'reset', path: '/join' });
   */
  failNext(count = 1, fault: ResponseFault = { status: 503 }): void {
    assertKnown('failNext', fault, RESPONSE_FAULT);
    checkNumber('count', count, isCount, 'a whole number');
    if (fault.status !== undefined) {
      checkNumber(
        'status',
        fault.status,
        (value) => Number.isInteger(value) && value >= 200 && value <= 599,
        'an HTTP status',
      );
    }
    if (fault.kind !== undefined && !FAULT_KINDS.includes(fault.kind)) {
      refuse(
        'invalid_option',
        'kind is not one of those that exist',
        `Pass one of: ${FAULT_KINDS.join(', ')}.`,
      );
    }
    this.#coordinator.planned.failNext(count, fault);
    this.#changed();
  }

  /**
   * Delays each answer and each handshake. `{ ms: 0 }` ends it.
   *
   * @throws {ConfigurationError} `invalid_option` for what is not a duration.
   */
  latency(options: LatencyOptions): void {
    assertKnown('latency', options, LATENCY);
    const { ms, jitterMs = 0 } = options;
    checkNumber('ms', ms, isDuration, 'a duration in milliseconds');
    checkNumber('jitterMs', jitterMs, isDuration, 'a duration in milliseconds');
    this.#coordinator.planned.delayAnswers(ms, jitterMs);
    this.#changed();
  }

  /**
   * Closes the open sockets with a code. Without one, or with 1006, the line is cut without a close frame.
   *
   * @throws {ConfigurationError} `invalid_option` for a code that may not go on the wire.
   */
  dropConnections(code?: number, options: DropOptions = {}): void {
    assertKnown('dropConnections', options, DROP);
    if (code !== undefined && code !== 1006 && !mayGoOnTheWire(code)) {
      refuse(
        'invalid_option',
        `close code ${String(code).slice(0, 20)} may not go on the wire`,
        'Use 1000 to 1014 without 1004, 1005 and 1006, or 3000 to 4999; none or 1006 cuts the line.',
      );
    }
    for (const connection of this.#connectionsOf(options.userId)) connection.drop(code);
  }

  /** Sends `connection.error` with a code (40, 43, ...) to open sockets, and closes them as the coordinator would. */
  pushConnectionError(code: number, options: ConnectionErrorOptions = {}): void {
    assertKnown('pushConnectionError', options, CONNECTION_ERROR);
    const { userId, close } = options;
    checkNumber('code', code, Number.isInteger, 'a code of the coordinator');
    for (const connection of this.#connectionsOf(userId)) {
      connection.fail(code, 'pushed by a test', { close });
    }
  }

  /**
   * Moves the server's clock by so many milliseconds ahead of the machine's (negative: behind), `Date` header
   * included. Not cumulative; 0 ends it.
   */
  skewClock(ms: number): void {
    checkNumber('ms', ms, isFiniteNumber, 'a number of milliseconds');
    this.#coordinator.clock.skew(ms);
    this.#coordinator.reviewSockets();
    this.#changed();
  }

  /** Holds the server's clock still, at the current time or at a given one (epoch milliseconds). */
  freezeClock(at?: number): void {
    if (at !== undefined) checkNumber('at', at, isFiniteNumber, 'epoch milliseconds');
    this.#coordinator.clock.freeze(at);
    this.#coordinator.reviewSockets();
    this.#changed();
  }

  /** Lets a frozen clock run on, at the machine's time and skew. */
  resumeClock(): void {
    this.#coordinator.clock.resume();
    this.#coordinator.reviewSockets();
    this.#changed();
  }

  /** Refuses the next handshakes (one by default, at most 10,000) with a code of the coordinator. */
  rejectNext(apiCode: number, count = 1): void {
    checkNumber('apiCode', apiCode, Number.isInteger, 'a code of the coordinator');
    checkNumber('count', count, (value) => isCount(value) && value <= 10_000, 'a whole number up to 10,000');
    this.#coordinator.planned.rejectNext(apiCode, count);
    this.#changed();
  }

  /** Limits the requests of one user to one endpoint per window (429 / 9). Undefined lifts it. */
  limitRates(options: RateLimitOptions | undefined): void {
    if (options !== undefined) {
      assertKnown('limitRates', options, RATE_LIMIT);
      checkNumber('limit', options.limit, isCount, 'a whole number');
      checkNumber(
        'windowMs',
        options.windowMs ?? 1,
        (value) => isDuration(value) && value > 0,
        'a duration in milliseconds',
      );
    }
    this.#coordinator.limits.set(options);
    this.#changed();
  }

  /** Limits the sockets of one user (71). Undefined lifts it. */
  limitSockets(perUser: number | undefined): void {
    if (perUser !== undefined) checkNumber('perUser', perUser, isCount, 'a whole number');
    this.#coordinator.app.maxSocketsPerUser = perUser;
    this.#changed();
  }

  /** Refuses to create guests (403 / 17). */
  disableGuests(disabled = true): void {
    this.#coordinator.app.guestUserCreationDisabled = disabled;
    this.#changed();
  }

  /** Accepts unsigned and development tokens. */
  disableAuthChecks(disabled = true): void {
    this.#coordinator.app.disableAuthChecks = disabled;
    this.#changed();
  }

  /** Ends a socket with `connection.error` 40 and 4401 when its token expires or is revoked. Off by default. */
  cutSocketsAtExpiry(enabled = true): void {
    this.#coordinator.app.cutSocketsAtExpiry = enabled;
    this.#coordinator.reviewSockets();
    this.#changed();
  }

  /** Replaces what a role may do on a call type (`*`: on all). Restored by `reset()`. */
  setGrants(role: string, callType: string, capabilities: readonly Capability[]): void {
    const unknown = capabilities.find((one) => !CAPABILITIES.includes(one));
    if (unknown !== undefined) {
      refuse(
        'invalid_option',
        `${String(unknown).slice(0, 60)} is no capability`,
        'Pass names of `own_capabilities`.',
      );
    }
    this.#coordinator.grants.replace(role, callType, capabilities);
    this.#coordinator.participants.review();
  }

  /**
   * Cuts the media sockets of a user, or of all, as a network does; clients come back with the session that they had.
   * What two browsers send to each other goes on meanwhile.
   */
  dropMedia(userId?: string): void {
    for (const participant of this.#participantsOf(userId)) participant.cut();
  }

  /**
   * Has the media server ask the clients of a user, or of all, to reconnect: `fast` keeps session and connections,
   * `rejoin` starts over with another request to the coordinator, `migrate` moves to another media server.
   *
   * @throws {ConfigurationError} `invalid_option` for another strategy.
   */
  askToReconnect(strategy: ReconnectStrategy, options: DropOptions = {}): void {
    assertKnown('askToReconnect', options, DROP);
    if (!RECONNECT_STRATEGIES.includes(strategy)) {
      const known = RECONNECT_STRATEGIES.join(', ');
      refuse('invalid_option', 'strategy is not one of those that exist', `Pass one of: ${known}.`);
    }
    for (const participant of this.#participantsOf(options.userId)) participant.askToReconnect(strategy);
  }

  /** Lets nobody join the media server any more, as if it were full; who is there stays. */
  fillMediaServer(full = true): void {
    this.#coordinator.planned.isMediaFull = full;
    this.#changed();
  }

  /** Delays each join and each answer of the media server by so many milliseconds; 0 ends it. */
  delayMedia(ms: number): void {
    checkNumber('ms', ms, isDuration, 'a duration in milliseconds');
    this.#coordinator.planned.mediaLatencyMs = ms;
    this.#changed();
  }

  /** Ends all faults; tokens that were expired or revoked by one work again. */
  reset(): void {
    const coordinator = this.#coordinator;
    coordinator.planned.clear();
    coordinator.tokens.restore();
    coordinator.clock.skew(0);
    coordinator.clock.resume();
    coordinator.limits.set(undefined);
    coordinator.grants.reset();
    coordinator.resetApp();
    coordinator.reviewSockets();
    this.#changed();
  }

  #endTokens(why: 'expired' | 'revoked', userId: string | undefined): void {
    this.#coordinator.tokens.end(why, userId);
    this.#coordinator.reviewSockets();
  }

  #participantsOf(userId: string | undefined) {
    const all = this.#coordinator.participants.all();
    return userId === undefined ? all : all.filter((participant) => participant.userId === userId);
  }

  #connectionsOf(userId: string | undefined) {
    const { connections } = this.#coordinator;
    return userId === undefined ? connections.all() : connections.ofUser(userId);
  }

  #changed(): void {
    this.#coordinator.reportFaults();
  }
}
