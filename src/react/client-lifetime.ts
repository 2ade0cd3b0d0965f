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

/** Another api key, kind of user, user id or coordinator is another client. */
export function identityOf(options: CreateStreamVideoOptions | null | undefined): string | null {
  const user = options?.user;
  return options
    ? JSON.stringify([options.apiKey, options.baseUrl, user?.type ?? 'authenticated', user?.id])
    : null;
}

/** The client of one identity, across renders and remounts. */
export interface ClientLifetime {
  readonly identityKey: string | null;
  /** One listener at a time. */
  readonly onSnapshot: (listener: () => void) => () => void;
  /** Says that there is no client before `mountOnce()`, so on a server and while its page is hydrated. */
  readonly readSnapshot: () => CreatedStreamVideo;
  /** Takes the options of the last committed render. */
  commitOptions(options: GivenOptions | null): void;
  /** Returns the way to unmount, which ends the session one macrotask later: StrictMode mounts again at once. */
  mountOnce(): () => void;
  /** Hands a changed token to the client, and connects again where that had failed. */
  changeToken(): void;
  /** Ends the session at once; `mountOnce()` may begin another with the same client. */
  endSession(): void;
}

/** Whether `disconnect()` was called, here or by the app. */
const isEnded = (client: StreamVideo) => client.auth.state.status === 'signed_out';

type Failure = AnyStreamVideoError | undefined;

/** Nothing is made and nothing starts before `mountOnce()`, which ends the session of the former identity first. */
export function createLifetime(identityKey: string | null, former?: ClientLifetime): ClientLifetime {
  let snapshot: CreatedStreamVideo = Object.freeze({ client: null, error: null, retry });
  let changed: (() => void) | undefined;
  let committed: GivenOptions | undefined;
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
  let stopRetrying: (() => void) | undefined;

  function publish(client: StreamVideo | null): void {
    const error = tokenError ?? openError ?? null;
    if (client === snapshot.client && error === snapshot.error) return;
    snapshot = Object.freeze({ client, error, retry });
    changed?.();
  }

  function create(): void {
    if (attempt) return;
    const { connect = true, ...options } = committed as GivenOptions;
    const type = options.user?.type;
    given = options.token;
    connects = connect && type !== 'anonymous';
    if (typeof options.tokenProvider === 'function')
      options.tokenProvider = (context) => (provider as TokenProvider)(context);
    try {
      if (type === 'guest') {
        attempt = StreamVideo.create(options as CreateOptions).then(adopt, settle);
      } else adopt(new StreamVideo(options as StreamVideoOptions));
    } catch (error) {
      settle(error as AnyStreamVideoError);
    }
  }

  function adopt(client: StreamVideo): void {
    attempt = undefined;
    openError = undefined;
    publish(client);
    client.on('connection.changed', ({ state, error }) => {
      // While an attempt runs, its promise tells the outcome; without `connect` the app connects or does not.
      if (!attempt && connects && (error || state === 'connected')) settle(error as Failure);
    });
    if (isMounted) open(client);
  }

  function open(client: StreamVideo): void {
    changeToken();
    if (connects) connect(client);
    else if (!isEnded(client)) return;
    // Without a socket, after `disconnect()`: `<Activity>` shows the app again.
    else if (client.token) handOver(client, client.token);
    // Anonymous without a call token: refused a socket, but not the session. Else `auth.state` tells the outcome.
    else (client.tokenProvider ? client.auth.refresh() : client.connect()).catch(nothing);
  }

  function connect(client: StreamVideo): void {
    stopRetrying?.();
    const settleThis = (error?: Failure) => {
      if (attempt === connecting) settle(error);
    };
    const connecting: Promise<void> = client.connect().then(() => settleThis(), settleThis);
    attempt = connecting;
  }

  function settle(error?: Failure): void {
    const { client } = snapshot;
    attempt = undefined;
    stopRetrying?.();
    // The app called disconnect().
    openError = error?.code === 'session_ended' ? undefined : error;
    if (!openError) failures = 0;
    else if (client && openError.retryable) {
      stopRetrying = retryLater(failures, () => {
        // Not after the app called disconnect().
        if (!isEnded(client)) connect(client);
      });
      failures += 1;
    }
    publish(client);
  }

  function retry(): void {
    const { client } = snapshot;
    if (!isMounted) return;
    if (!client) create();
    else if (connects) connect(client);
  }

  function handOver(client: StreamVideo, token: string | undefined): void {
    tokenError = undefined;
    try {
      if (token !== undefined) client.auth.setToken(token);
    } catch (error) {
      tokenError = error as AnyStreamVideoError;
    }
    publish(client);
  }

  function changeToken(): void {
    const { client } = snapshot;
    const token = committed?.token;
    // `NaN` equals not even itself, so that each render would hand it over and cause the next one.
    if (!isMounted || Object.is(token, given)) return;
    if (client) {
      given = token;
      handOver(client, token);
      if (openError && !tokenError) connect(client);
    } else create();
  }

  function endSession(): void {
    stopRetrying?.();
    isMounted = false;
    if (!snapshot.client) return;
    attempt = undefined;
    snapshot.client.disconnect();
  }

  return {
    identityKey,
    onSnapshot(listener) {
      changed = listener;
      return () => {
        changed = undefined;
      };
    },
    readSnapshot: () => snapshot,
    commitOptions(options) {
      if (!options) return;
      committed = options;
      provider = options.tokenProvider ?? provider;
    },
    mountOnce() {
      former?.endSession();
      former = undefined;
      clearTimeout(unmounting);
      if (!isMounted && committed) {
        isMounted = true;
        if (snapshot.client) open(snapshot.client);
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
