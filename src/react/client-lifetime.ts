import {
  type AnyStreamVideoError,
  type BaseOptions,
  type CreateOptions,
  StreamVideo,
  type StreamVideoOptions,
  type TokenProvider,
  type UserInput,
} from 'stream-video-auth';
import { retryLater } from './retry-later.js';
import { nothing } from './use-snapshot.js';

/** The options of `StreamVideo.create`, and whether to connect. */
export type CreateStreamVideoOptions = CreateOptions & {
  /** False for an app that uses `auth` alone and wants no socket. Anonymous users never have one. @default true */
  connect?: boolean | undefined;
};

/** The same without the rules that only types know. */
interface GivenOptions extends BaseOptions {
  user: UserInput;
  token?: string | undefined;
  tokenProvider?: TokenProvider | undefined;
  connect?: boolean | undefined;
}

/** What `useCreateStreamVideo` returns; the same object until something differs. */
export interface CreatedStreamVideo {
  /** Null until there is one, while nobody is signed in, and on a server. */
  readonly client: StreamVideo | null;
  /** Why there is no client or no connection, or what is wrong with a changed `token`; null once that is over. */
  readonly error: AnyStreamVideoError | null;
  /** Connects at once, or makes the client where there is none. Never throws: look at `error`. */
  readonly retry: () => void;
}

type IdentityKey = string | null | undefined;

/**
 * The options, each read once, and whose client they ask for: another api key, coordinator, kind of user or user id is
 * another client. Never throws: those that cannot be read are some that the client cannot read either, and says so.
 */
export function readOptions(
  options: CreateStreamVideoOptions | null | undefined,
): readonly [identityKey: IdentityKey, given: GivenOptions | null | undefined] {
  try {
    const given = options && { ...options };
    const user = given?.user;
    return [
      given && JSON.stringify([given.apiKey, given.baseUrl, user?.type ?? 'authenticated', user?.id]),
      given,
    ];
  } catch (error) {
    const user = {
      get id(): never {
        throw error;
      },
    };
    return ['', { apiKey: 'x', user }];
  }
}

/** The client of one identity, across renders and remounts. */
export interface ClientLifetime {
  readonly identityKey: IdentityKey;
  /** One listener at a time. */
  readonly onSnapshot: (listener: () => void) => () => void;
  /** Says that there is no client before `mountOnce()`, so on a server and while its page is hydrated. */
  readonly readSnapshot: () => CreatedStreamVideo;
  /** Takes the options of the last committed render. */
  commitOptions(options: GivenOptions | null | undefined): void;
  /** Returns the way to unmount, which ends the session one macrotask later: StrictMode mounts again at once. */
  mountOnce(): () => void;
  /** Hands a changed token to the client, and connects again where that had failed. */
  changeToken(): void;
  /** Ends the session at once; `mountOnce()` may begin another with the same client. */
  endSession(): void;
}

type Failure = AnyStreamVideoError | undefined;

/** Nothing is made and nothing starts before `mountOnce()`, which ends the session of the former identity first. */
export function createLifetime(identityKey: IdentityKey, former?: ClientLifetime): ClientLifetime {
  /** Not there before `adopt()`, and the same ever after. */
  let client!: StreamVideo;
  let snapshot: CreatedStreamVideo = Object.freeze({ client: null, error: null, retry });
  let changed = nothing;
  let committed: GivenOptions | null | undefined;
  let provider: TokenProvider | undefined;
  /** The `token` that the client was last given. */
  let given: string | undefined;
  let tokenError: Failure;
  /** Of `connect()`, or of making the client. */
  let openError: Failure;
  let isMounted = false;
  let connects = false;
  let unmounting: ReturnType<typeof setTimeout> | undefined;
  /** The making of a guest, or the `connect()` whose outcome counts. */
  let attempt: Promise<unknown> | undefined;
  let failures = 0;
  let stopRetrying = nothing;

  /** Whether `disconnect()` was called, here or by the app. */
  const isEnded = () => client.auth.state.status === 'signed_out';

  function publish(): void {
    const next = { client: client ?? null, error: tokenError ?? openError ?? null, retry };
    if (next.client === snapshot.client && next.error === snapshot.error) return;
    snapshot = Object.freeze(next);
    changed();
  }

  function create(): void {
    if (attempt) return;
    const options = { ...(committed as GivenOptions) };
    given = options.token;
    try {
      const type = options.user?.type;
      connects = options.connect !== false && type !== 'anonymous';
      if (typeof options.tokenProvider === 'function')
        options.tokenProvider = (context) => (provider as TokenProvider)(context);
      if (type === 'guest') {
        attempt = StreamVideo.create(options as CreateOptions).then(adopt, settle);
      } else adopt(new StreamVideo(options as StreamVideoOptions));
    } catch (error) {
      settle(error as AnyStreamVideoError);
    }
  }

  function adopt(made: StreamVideo): void {
    client = made;
    settle();
    client.on('connection.changed', ({ state, error }) => {
      // While an attempt runs, its promise tells the outcome; without `connect` the app connects or does not.
      if (!attempt && connects && (error || state === 'connected')) settle(error as Failure);
    });
    if (isMounted) open();
  }

  function open(): void {
    changeToken();
    if (connects) connect();
    else if (!isEnded()) return;
    // Without a socket, after `disconnect()`: `<Activity>` shows the app again.
    else if (client.token) handOver(client.token);
    // Anonymous without a call token: refused a socket, but not the session. Else `auth.state` tells the outcome.
    else (client.tokenProvider ? client.auth.refresh() : client.connect()).catch(nothing);
  }

  function connect(): void {
    stopRetrying();
    const settleThis = (error?: Failure) => {
      if (attempt === connecting) settle(error);
    };
    const connecting: Promise<void> = client.connect().then(() => settleThis(), settleThis);
    attempt = connecting;
  }

  function settle(error?: Failure): void {
    attempt = undefined;
    stopRetrying();
    // The app called disconnect().
    openError = error?.code === 'session_ended' ? undefined : error;
    if (!openError) failures = 0;
    else if (client && openError.retryable) {
      stopRetrying = retryLater(failures, () => {
        // Not after the app called disconnect().
        if (isEnded()) stopRetrying();
        else connect();
      });
      failures += 1;
    }
    publish();
  }

  function retry(): void {
    if (!isMounted) return;
    if (!client) create();
    else if (connects) connect();
  }

  function handOver(token: string | undefined): void {
    tokenError = undefined;
    try {
      if (token !== undefined) client.auth.setToken(token);
    } catch (error) {
      tokenError = error as AnyStreamVideoError;
    }
    publish();
  }

  function changeToken(): void {
    const token = committed?.token;
    // `NaN` equals not even itself, so that each render would hand it over and cause the next one.
    if (!isMounted || Object.is(token, given)) return;
    if (client) {
      given = token;
      handOver(token);
      if (openError && !tokenError) connect();
    } else create();
  }

  function endSession(): void {
    stopRetrying();
    isMounted = false;
    client?.disconnect();
  }

  return {
    identityKey,
    onSnapshot(listener) {
      changed = listener;
      return () => {
        changed = nothing;
      };
    },
    readSnapshot: () => snapshot,
    commitOptions(options) {
      committed = options;
      provider = options?.tokenProvider ?? provider;
    },
    mountOnce() {
      former?.endSession();
      former = undefined;
      clearTimeout(unmounting);
      if (!isMounted && committed) {
        isMounted = true;
        if (client) open();
        else create();
      }
      return () => {
        unmounting = setTimeout(endSession);
      };
    },
    changeToken,
    endSession,
  };
}
