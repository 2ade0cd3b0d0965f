import { assertKnown, type Names } from '../shared/known-options.js';
import { refuse } from '../shared/refuse.js';
import { ANONYMOUS_ID } from '../shared/token-format.js';
import { liveSnapshot } from './control/snapshot.js';
import { Faults } from './faults/faults.js';
import { applySeed } from './seed/apply-seed.js';
import type { Seed, SeedSnapshot } from './seed/seed.js';
import { snapshotOf } from './seed/snapshot.js';
import type { Coordinator } from './state/coordinator.js';
import type { RecordedRequest } from './state/journal.js';
import type { LiveMessage } from './state/live.js';

/** How `userToken` mints. */
export interface UserTokenOptions {
  /**
   * Lifetime in seconds. Negative and fractional ones are allowed, since tests want tokens that are dead or odd.
   * Null: a token without `exp`.
   * @default `tokenTtlSeconds`
   */
  expiresInSeconds?: number | null | undefined;
  /** Further claims; they replace those of the same name. */
  claims?: Readonly<Record<string, unknown>> | undefined;
}

/** How `callToken` mints. */
export interface CallTokenOptions extends UserTokenOptions {
  /** Whose token it is. @default '!anon' */
  userId?: string | undefined;
  /** The role that the user holds as a member of the calls. @default none, which the coordinator takes as `call_member` */
  role?: string | undefined;
}

/** An emulated application, without the server that may carry it. */
export interface EmulatedApp {
  /** The key that clients send as `api_key`. */
  readonly apiKey: string;
  /** The secret that this application's tokens are signed with. */
  readonly apiSecret: string;
  /**
   * What arrived, oldest first: HTTP requests and WebSocket handshakes, the last 10,000 at least. Tokens and other
   * secrets are replaced, claims are shown decoded.
   */
  readonly requests: readonly RecordedRequest[];
  /** What can be made to go wrong. */
  readonly faults: Faults;
  /**
   * Calls the listener at once with a snapshot of everything, then with each event: what the page shows. It reports
   * no token.
   *
   * @returns the unsubscription.
   */
  observe(listener: (message: LiveMessage) => void): () => void;
  /**
   * Sets up users, roles, grants, call types and calls with their members in one call: what is not there is created,
   * what is there gets the fields that the seed gives. Nothing is removed.
   *
   * @throws {ConfigurationError} `invalid_option` for a seed that can't be used; then nothing was changed.
   * @example
   * emulator.seed({
   *   users: [{ id: 'mara', role: 'admin' }],
   *   calls: [{ type: 'default', id: 'standup', created_by_id: 'mara', members: [{ user_id: 'theo' }] }],
   * });
   */
  seed(seed: Seed): void;
  /**
   * What there is now, in the form of a seed: `seed(snapshot)` gives another emulator the same. A copy; sessions,
   * sockets, tokens and faults are no part of it.
   */
  snapshot(): SeedSnapshot;
  /**
   * Mints a token for a user, whom the emulator creates at the first request.
   *
   * @throws {ConfigurationError} (as a rejection) `invalid_option` when `expiresInSeconds` is not a number, and for an option that is none.
   */
  userToken(userId: string, options?: UserTokenOptions): Promise<string>;
  /**
   * Mints a token that opens the listed calls, each written `type:id`. The list is not checked: tokens that the
   * coordinator refuses can be minted too.
   *
   * @throws {ConfigurationError} (as a rejection) `invalid_option` when `expiresInSeconds` is not a number, and for an option that is none.
   */
  callToken(callCids: readonly string[], options?: CallTokenOptions): Promise<string>;
}

const USER_TOKEN_OPTIONS: Names<keyof UserTokenOptions> = { claims: true, expiresInSeconds: true };
const CALL_TOKEN_OPTIONS: Names<keyof CallTokenOptions> = { ...USER_TOKEN_OPTIONS, role: true, userId: true };

function readLifetime({ expiresInSeconds }: UserTokenOptions, { tokenTtlSeconds }: Coordinator) {
  if (expiresInSeconds === null) return undefined;
  const seconds = expiresInSeconds ?? tokenTtlSeconds;
  if (typeof seconds === 'number' && Number.isFinite(seconds)) return seconds;
  return refuse(
    'invalid_option',
    'expiresInSeconds is not a number',
    'Pass seconds, or null for a token without expiry.',
  );
}

/** The public face of an application. */
export class EmulatedAppHandle implements EmulatedApp {
  readonly faults: Faults;
  readonly #coordinator: Coordinator;

  constructor(coordinator: Coordinator) {
    this.#coordinator = coordinator;
    this.faults = new Faults(coordinator);
  }

  get apiKey(): string {
    return this.#coordinator.apiKey;
  }

  get apiSecret(): string {
    return this.#coordinator.apiSecret;
  }

  get requests(): readonly RecordedRequest[] {
    return this.#coordinator.journal.all();
  }

  observe(listener: (message: LiveMessage) => void): () => void {
    listener(liveSnapshot(this.#coordinator));
    return this.#coordinator.observe(listener);
  }

  seed(seed: Seed): void {
    applySeed(this.#coordinator, seed);
  }

  snapshot(): SeedSnapshot {
    return snapshotOf(this.#coordinator);
  }

  async userToken(userId: string, options: UserTokenOptions = {}): Promise<string> {
    assertKnown('userToken', options, USER_TOKEN_OPTIONS);
    const { tokens } = this.#coordinator;
    return tokens.mint(userId, readLifetime(options, this.#coordinator), options.claims);
  }

  async callToken(callCids: readonly string[], options: CallTokenOptions = {}): Promise<string> {
    assertKnown('callToken', options, CALL_TOKEN_OPTIONS);
    const { userId = ANONYMOUS_ID, role, claims } = options;
    return this.#coordinator.tokens.mint(userId, readLifetime(options, this.#coordinator), {
      call_cids: [...callCids],
      ...(role === undefined ? {} : { role }),
      ...claims,
    });
  }
}
