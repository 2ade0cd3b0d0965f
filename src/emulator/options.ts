import type { Names } from '../shared/known-options.js';
import { refuse } from '../shared/refuse.js';
import { LAST_USABLE_SECOND } from '../shared/token-format.js';
import { applySeed } from './seed/apply-seed.js';
import type { Seed } from './seed/seed.js';
import { Coordinator } from './state/coordinator.js';

/** What the emulated application is. */
export interface EmulatorOptions {
  /** The key that clients send as `api_key`. @default 12 random hexadecimal digits */
  apiKey?: string | undefined;
  /**
   * The secret that tokens are signed with, at least 32 bytes. A secret of a real application is never needed here.
   * @default 64 random hexadecimal digits, so that the secret works nowhere else
   */
  apiSecret?: string | undefined;
  /** Lifetime in seconds of the tokens that `userToken` and `POST /_emulator/token` mint. @default 3600 */
  tokenTtlSeconds?: number | undefined;
  /** Lifetime in seconds of guests' tokens. @default 3600 */
  guestTtlSeconds?: number | undefined;
  /** Whether `POST /_emulator/token` mints tokens. @default true with a random secret, else false */
  allowMint?: boolean | undefined;
  /** Users, roles, grants, call types and calls to begin with. @default a fresh application */
  seed?: Seed | undefined;
}

/** The names of these options, for each door that takes further ones. */
export const EMULATOR_OPTIONS: Names<keyof EmulatorOptions> = {
  allowMint: true,
  apiKey: true,
  apiSecret: true,
  guestTtlSeconds: true,
  seed: true,
  tokenTtlSeconds: true,
};

/** Text such as `'false'` would pass for true. */
export function readSwitch(name: string, value: boolean | undefined): boolean | undefined {
  if (value === undefined || typeof value === 'boolean') return value;
  return refuse('invalid_option', `${name} is not a boolean`, 'Pass true or false, or leave it out.');
}

const MIN_SECRET_BYTES = 32;
const DEFAULT_TTL_SECONDS = 3600;

function randomHex(bytes: number): string {
  const values = globalThis.crypto.getRandomValues(new Uint8Array(bytes));
  return Array.from(values, (value) => value.toString(16).padStart(2, '0')).join('');
}

function readTtl(name: string, value: number = DEFAULT_TTL_SECONDS): number {
  const isWhole = Number.isInteger(value) && value > 0;
  if (isWhole && Date.now() / 1000 + value < LAST_USABLE_SECOND) return value;
  return refuse(
    'invalid_option',
    `${name} ${isWhole ? 'ends beyond the year 9999' : 'is not a whole number of seconds above zero'}`,
    `Pass ${name} as seconds, 1 or more.`,
  );
}

function readText(name: string, value: string | undefined, fallback: () => string): string {
  if (value === undefined) return fallback();
  if (typeof value === 'string' && value.trim() !== '') return value;
  return refuse(
    'invalid_option',
    `${name} is empty or not a string`,
    `Pass a non-empty ${name}, or none for a random one.`,
  );
}

function readSecret(value: string | undefined): string {
  const secret = readText('apiSecret', value, () => randomHex(32));
  if (new TextEncoder().encode(secret).byteLength >= MIN_SECRET_BYTES) return secret;
  return refuse(
    'invalid_option',
    `apiSecret is shorter than ${MIN_SECRET_BYTES} bytes`,
    `Pass a secret of at least ${MIN_SECRET_BYTES} bytes, or none for a random one.`,
  );
}

/** A fresh application as the options describe it. */
export function createCoordinator(options: EmulatorOptions = {}, { hasMedia = false } = {}): Coordinator {
  const coordinator = new Coordinator({
    apiSecret: readSecret(options.apiSecret),
    apiKey: readText('apiKey', options.apiKey, () => randomHex(6)),
    tokenTtlSeconds: readTtl('tokenTtlSeconds', options.tokenTtlSeconds),
    guestTtlSeconds: readTtl('guestTtlSeconds', options.guestTtlSeconds),
    hasMedia,
    allowsMint: readSwitch('allowMint', options.allowMint) ?? options.apiSecret === undefined,
  });
  if (options.seed !== undefined) applySeed(coordinator, options.seed);
  return coordinator;
}
