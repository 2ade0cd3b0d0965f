import { describeType } from '../shared/describe-value.js';
import { type Names, readKnown } from '../shared/known-options.js';
import { readGiven, refuse } from '../shared/refuse.js';
import { sanitize } from '../shared/sanitize.js';
import { checkProvider } from './auth/auth.js';
import { MAX_TIMER_MS } from './environment/timers.js';
import type { WebSocketConstructor } from './environment/web-socket.js';
import { isDots } from './http/path.js';
import type { Fetch } from './http/send.js';
import { type Logger, type LogLevel, makeLogger } from './logger.js';
import { PROVIDER_LIMIT_MS } from './refresh/provider-time-limit.js';
import type { TokenProvider } from './refresh/token-provider.js';
import {
  type AnonymousUser,
  type AuthenticatedUser,
  type GuestUser,
  type KnownUser,
  readUser,
  type UserInput,
} from './user.js';

/** Time limits in milliseconds, each above 0 and below 2^31. */
export interface Timeouts {
  /** One attempt of a request on the wire, its body included; waiting for a token does not count. @default 10000 */
  requestMs?: number | undefined;
  /** One call of the token provider. @default 10000 */
  providerMs?: number | undefined;
  /** `connect()` as a whole; time offline does not count. @default 15000 */
  connectMs?: number | undefined;
}

/** What clients for every kind of user take. Any other key is a `ConfigurationError` `invalid_option`. */
export interface BaseOptions {
  /** The app's key, as the dashboard shows it. */
  apiKey: string;
  /**
   * Where the coordinator is; paths below it start with `/video`. A slash or `/video` at the end is accepted.
   * `http:` beyond loopback warns.
   *
   * @default 'https://video.stream-io-api.com'
   */
  baseUrl?: string | undefined;
  /** Sends requests. @default globalThis.fetch, looked up at each call */
  fetch?: Fetch | undefined;
  /** Opens sockets. @default globalThis.WebSocket, else that of the package `ws` on Node 20 */
  WebSocket?: WebSocketConstructor | undefined;
  /**
   * A level for the console, or an object with the methods debug, info, warn and error. It never receives a token.
   *
   * @default 'warn'
   */
  logger?: Logger | LogLevel | undefined;
  /** `auto` refreshes tokens ahead of expiry; `on-demand` only when the server refuses one. @default 'auto' */
  refresh?: 'auto' | 'on-demand' | undefined;
  /**
   * What becomes of a guest whose token has ended: `renew` creates the guest again, perhaps under another id;
   * `suspend` stops until `auth.refresh()`.
   *
   * @default 'renew'
   */
  guestExpiry?: 'renew' | 'suspend' | undefined;
  /**
   * `shared` lets the tabs of one signed-in user hand each other fresh tokens, so that one of them asks the provider
   * for all. Tokens that list calls are not shared, and nothing is stored. Where the platform has no
   * `BroadcastChannel` the tab is alone.
   *
   * @default 'isolated'
   */
  tabs?: 'isolated' | 'shared' | undefined;
  /** Time limits, in milliseconds. */
  timeouts?: Timeouts | undefined;
  /** The app's own name, which the header `X-Stream-Client` carries. @default none */
  clientName?: string | undefined;
  /**
   * Where `join()` asks which media servers are near: through `fetch`, without our headers.
   *
   * @default 'https://hint.stream-io-video.com/' with the default `baseUrl`; with any other none is asked
   */
  locationHintUrl?: string | undefined;
}

/** A token, a provider, or both; with both the token is used first. */
export type Credentials =
  | { token: string; tokenProvider?: TokenProvider | undefined }
  | { token?: string | undefined; tokenProvider: TokenProvider };

/**
 * What `new StreamVideo` takes: a signed-in user with a token or a provider, or an anonymous one with or without.
 * Guests are made by `StreamVideo.create`.
 */
export type StreamVideoOptions = BaseOptions &
  // First, since a compiler complains about the last arm: a missing credential is what people forget.
  (
    | { user: AnonymousUser; token?: string | undefined; tokenProvider?: TokenProvider | undefined }
    | ({ user: AuthenticatedUser | AnonymousUser } & Credentials)
  );

/** What `StreamVideo.create` takes: any kind of user. A guest needs no token, and its `tokenProvider` is ignored. */
export type CreateOptions =
  | (BaseOptions & { user: GuestUser; token?: string | undefined })
  | StreamVideoOptions
  | (BaseOptions & { user: UserInput } & Credentials);

type OptionName = keyof BaseOptions | 'user' | 'token' | 'tokenProvider';

/** The options after their checks, but for the token: that is kept nowhere but where it can be forgotten. */
export interface Settings {
  readonly apiKey: string;
  readonly baseUrl: string;
  readonly fetch: Fetch | undefined;
  readonly WebSocket: WebSocketConstructor | undefined;
  readonly logger: Logger;
  readonly refresh: 'auto' | 'on-demand';
  readonly guestExpiry: 'renew' | 'suspend';
  readonly tabs: 'isolated' | 'shared';
  readonly timeouts: Readonly<Record<keyof Timeouts, number>>;
  readonly clientName: string | undefined;
  readonly locationHintUrl: string | undefined;
  readonly user: KnownUser;
  readonly tokenProvider: TokenProvider | undefined;
}

export interface GivenOptions {
  readonly settings: Settings;
  readonly token: string | undefined;
}

const DEFAULT_LOCATION_HINT_URL = 'https://hint.stream-io-video.com/';
const DEFAULT_BASE_URL = 'https://video.stream-io-api.com';
export const DEFAULT_TIMEOUTS = {
  requestMs: 10_000,
  providerMs: PROVIDER_LIMIT_MS,
  connectMs: 15_000,
} as const;
type Given = { readonly [Name in OptionName | 'connect']?: unknown };

const KNOWN: Names<keyof Given> = {
  apiKey: true,
  baseUrl: true,
  clientName: true,
  // Of React's hook, which alone reads it: here so that a misspelt one is told what was meant.
  connect: true,
  fetch: true,
  guestExpiry: true,
  locationHintUrl: true,
  logger: true,
  refresh: true,
  tabs: true,
  timeouts: true,
  token: true,
  tokenProvider: true,
  user: true,
  WebSocket: true,
};
const KNOWN_TIMEOUTS: Names<keyof Timeouts> = { requestMs: true, providerMs: true, connectMs: true };
const SYNONYMS = { url: 'baseUrl', host: 'baseUrl', endpoint: 'baseUrl', loglevel: 'logger' };
const LOOPBACK = /^(localhost|[\w-]+\.localhost|127(\.\d{1,3}){3}|\[::1\])(:\d+)?$/i;

function readApiKey(apiKey: unknown): string {
  if (typeof apiKey === 'string' && apiKey.trim() !== '') return apiKey.trim();
  return refuse(
    'missing_api_key',
    `apiKey must be a string that is not empty, not ${describeType(apiKey)}`,
    "Pass the app's key from the dashboard as apiKey.",
  );
}

function readBaseUrl(baseUrl: unknown, logger: Logger): string {
  if (baseUrl === undefined) return DEFAULT_BASE_URL;
  const refuseUrl = (why: string): never =>
    refuse('invalid_base_url', `baseUrl ${why}`, `Pass an address such as '${DEFAULT_BASE_URL}'.`);
  if (typeof baseUrl !== 'string') return refuseUrl(`must be a string, not ${describeType(baseUrl)}`);
  // By pattern, since React Native's URL is not whole.
  const parts = /^(https?):\/\/([^/?#\s\\]+)((?:\/[^?#\s\\]*)?)$/i.exec(baseUrl.trim());
  if (!parts) return refuseUrl(`"${sanitize(baseUrl)}" is no http or https address without query`);
  const [, scheme = '', host = '', path = ''] = parts;
  if (host.includes('@')) return refuseUrl('holds credentials');
  if (path.split('/').some(isDots)) return refuseUrl('has a dot segment');
  if (scheme.toLowerCase() === 'http' && !LOOPBACK.test(host)) {
    logger.warn('baseUrl is not https: tokens travel in the clear', { host: sanitize(host) });
  }
  const prefix = path.replace(/\/+$/, '').replace(/\/video$/, '');
  return `${scheme.toLowerCase()}://${host}${prefix}`;
}

function readTimeouts(timeouts: unknown): Settings['timeouts'] {
  if (timeouts === undefined) return DEFAULT_TIMEOUTS;
  const given = readKnown<Timeouts>('timeouts', timeouts, KNOWN_TIMEOUTS);
  const entries = Object.entries(DEFAULT_TIMEOUTS).map(([name, byDefault]) => {
    const value = given[name as keyof Timeouts] ?? byDefault;
    if (typeof value !== 'number' || !(value > 0) || value > MAX_TIMER_MS) {
      return refuse(
        'invalid_option',
        `timeouts.${name} is no time limit`,
        `Pass timeouts.${name} in milliseconds, above 0.`,
      );
    }
    return [name, value] as const;
  });
  return Object.fromEntries(entries) as Settings['timeouts'];
}

function readChoice<T extends string>(name: keyof Given, given: Given, ...choices: readonly [T, ...T[]]): T {
  const { [name]: value = choices[0] } = given;
  const choice = choices.find((candidate) => candidate === value);
  const names = choices.join(', ');
  return (
    choice ?? refuse('invalid_option', `${name} is none of ${names}`, `Pass ${name} as one of ${names}.`)
  );
}

function readAs<T>(type: 'function' | 'string', name: keyof Given, given: Given): T | undefined {
  const value = given[name];
  if (value === undefined || typeof value === type) return value as T | undefined;
  return refuse(
    'invalid_option',
    `${name} must be a ${type}, not ${describeType(value)}`,
    type === 'string' ? `Pass ${name} as a string.` : `Leave ${name} out to take the platform's.`,
  );
}

/** Reads and checks all options before anything happens; throws `ConfigurationError`. */
export function readOptions(options: unknown): GivenOptions {
  // Also the user, the logger and the like may throw when they are looked at.
  return readGiven('The options of StreamVideo', () =>
    readSettings(readKnown<Given>('StreamVideo', options ?? null, KNOWN, SYNONYMS)),
  );
}

function readSettings(given: Given): GivenOptions {
  const apiKey = readApiKey(given.apiKey);
  const logger = makeLogger(given.logger);
  const user = readUser(given.user);
  const baseUrl = readBaseUrl(given.baseUrl, logger);
  const { token, tokenProvider } = given;
  const settings: Settings = {
    apiKey,
    logger,
    user,
    baseUrl,
    fetch: readAs<Fetch>('function', 'fetch', given),
    WebSocket: readAs<WebSocketConstructor>('function', 'WebSocket', given),
    refresh: readChoice('refresh', given, 'auto', 'on-demand'),
    guestExpiry: readChoice('guestExpiry', given, 'renew', 'suspend'),
    tabs: readChoice('tabs', given, 'isolated', 'shared'),
    timeouts: readTimeouts(given.timeouts),
    clientName: readAs<string>('string', 'clientName', given),
    locationHintUrl:
      readAs<string>('string', 'locationHintUrl', given) ??
      (baseUrl === DEFAULT_BASE_URL ? DEFAULT_LOCATION_HINT_URL : undefined),
    tokenProvider: tokenProvider === undefined ? undefined : checkProvider(tokenProvider),
  };
  // Only absence is absence: an empty or null token is a mistake, told by its own code.
  return { settings, token: token as string | undefined };
}

/** Throws where an authenticated user comes without anything that could be its token. */
export function assertCredentials({ settings, token }: GivenOptions): void {
  const { user, tokenProvider } = settings;
  if (user.type !== 'authenticated' || token !== undefined || tokenProvider) return;
  refuse('missing_token', 'An authenticated user needs a token or a tokenProvider', 'Pass either, or both.');
}
