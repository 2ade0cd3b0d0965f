import { ConfigurationError } from '../shared/errors.js';
import { ANONYMOUS_ID } from '../shared/token-format.js';
import { liveSnapshot } from './control/snapshot.js';
import { Coordinator } from './coordinator.js';
import type { Faults } from './faults/faults.js';
import type { RecordedRequest } from './journal/journal.js';
import type { LiveMessage } from './live.js';

/** What the emulated application is. */
export interface EmulatorOptions {
  /** Default: random. */
  apiKey?: string | undefined;
  /** At least 32 bytes. Default: random, so that no secret works anywhere else. */
  apiSecret?: string | undefined;
  /** Life of the tokens that `userToken` and `POST /_emulator/token` mint; default 3600. */
  tokenTtlSeconds?: number | undefined;
  /** Life of guests' tokens; default 3600. */
  guestTtlSeconds?: number | undefined;
  /** Whether `POST /_emulator/token` mints; default: only when the secret is random. */
  allowMint?: boolean | undefined;
}

export interface UserTokenOptions {
  /** Default: `tokenTtlSeconds`. Null: a token without expiry. */
  expiresInSeconds?: number | null | undefined;
  /** Further claims; they replace those of the same name. */
  claims?: Readonly<Record<string, unknown>> | undefined;
}

export interface CallTokenOptions extends UserTokenOptions {
  /** Default `!anon`. */
  userId?: string | undefined;
  /** The role to hold as a member of the calls. */
  role?: string | undefined;
}

/** An emulated application, without the server that it may stand behind. */
export interface EmulatedApp {
  readonly apiKey: string;
  readonly apiSecret: string;
  /** What arrived, oldest first; tokens and other secrets are redacted, claims are shown decoded. */
  readonly requests: readonly RecordedRequest[];
  readonly faults: Faults;
  /** Takes a snapshot, then hears of everything that happens; returns the way out. What the page shows. */
  observe(listener: (message: LiveMessage) => void): () => void;
  /** Mints a user token. */
  userToken(userId: string, options?: UserTokenOptions): Promise<string>;
  /** Mints a token that opens the listed calls (`type:id`). */
  callToken(callCids: readonly string[], options?: CallTokenOptions): Promise<string>;
}

const MIN_SECRET_BYTES = 32;
const DEFAULT_TTL_SECONDS = 3600;

function randomHex(bytes: number): string {
  const values = globalThis.crypto.getRandomValues(new Uint8Array(bytes));
  return Array.from(values, (value) => value.toString(16).padStart(2, '0')).join('');
}

function ttlOf(name: string, value: number = DEFAULT_TTL_SECONDS): number {
  if (Number.isInteger(value) && value > 0) return value;
  throw new ConfigurationError('invalid_option', `${name} is not a whole number of seconds above zero`, {
    remediation: `Pass ${name} as seconds, 1 or more.`,
  });
}

function textOption(name: string, value: string | undefined, fallback: () => string): string {
  if (value === undefined) return fallback();
  if (typeof value === 'string' && value.trim() !== '') return value;
  throw new ConfigurationError('invalid_option', `${name} is empty or not a string`, {
    remediation: `Pass a non-empty ${name}, or none for a random one.`,
  });
}

export function createCoordinator(options: EmulatorOptions = {}): Coordinator {
  const apiSecret = textOption('apiSecret', options.apiSecret, () => randomHex(32));
  if (new TextEncoder().encode(apiSecret).byteLength < MIN_SECRET_BYTES) {
    throw new ConfigurationError('invalid_option', `apiSecret is shorter than ${MIN_SECRET_BYTES} bytes`, {
      remediation: `Pass a secret of at least ${MIN_SECRET_BYTES} bytes, or none for a random one.`,
    });
  }
  return new Coordinator({
    apiKey: textOption('apiKey', options.apiKey, () => randomHex(6)),
    apiSecret,
    tokenTtlSeconds: ttlOf('tokenTtlSeconds', options.tokenTtlSeconds),
    guestTtlSeconds: ttlOf('guestTtlSeconds', options.guestTtlSeconds),
    allowsMint: options.allowMint ?? options.apiSecret === undefined,
  });
}

function lifeOf({ expiresInSeconds }: UserTokenOptions, coordinator: Coordinator): number | undefined {
  if (expiresInSeconds === null) return undefined;
  const seconds = expiresInSeconds ?? coordinator.tokenTtlSeconds;
  // Negative and fractional lives are wanted in tests of just that, but not those that are no number.
  if (typeof seconds === 'number' && Number.isFinite(seconds)) return seconds;
  throw new ConfigurationError('invalid_option', 'expiresInSeconds is not a number', {
    remediation: 'Pass seconds, or null for a token without expiry.',
  });
}

/** The part of an emulator that users hold. */
export class EmulatedAppHandle implements EmulatedApp {
  readonly #coordinator: Coordinator;

  constructor(coordinator: Coordinator) {
    this.#coordinator = coordinator;
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

  get faults(): Faults {
    return this.#coordinator.faults;
  }

  observe(listener: (message: LiveMessage) => void): () => void {
    listener(liveSnapshot(this.#coordinator));
    return this.#coordinator.observe(listener);
  }

  userToken(userId: string, options: UserTokenOptions = {}): Promise<string> {
    return this.#coordinator.tokens.mint(userId, lifeOf(options, this.#coordinator), options.claims);
  }

  callToken(callCids: readonly string[], options: CallTokenOptions = {}): Promise<string> {
    const { userId = ANONYMOUS_ID, role, claims } = options;
    return this.#coordinator.tokens.mint(userId, lifeOf(options, this.#coordinator), {
      call_cids: [...callCids],
      ...(role === undefined ? {} : { role }),
      ...claims,
    });
  }
}
