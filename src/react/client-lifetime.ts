import {
  type AnyStreamVideoError,
  type BaseOptions,
  type CreateOptions,
  StreamVideo,
  type StreamVideoOptions,
  type TokenProvider,
  type UserInput,
} from 'stream-video-auth';
import { refuseSlip } from './refuse-slip.js';
import { retryLater } from './retry-later.js';

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
  if (!options) return null;
  const { apiKey, baseUrl, user } = options;
  return JSON.stringify([apiKey, baseUrl, user?.type ?? 'authenticated', user?.id]);
}

/** The client of one identity, across renders and remounts. */
export interface ClientLifetime {
  readonly identity: string | null;
  /** One listener at a time. */
  readonly subscribe: (listener: () => void) => () => void;
  /** Says that there is no client before `mount()`, so on a server and while its page is hydrated. */
  readonly read: () => CreatedStreamVideo;
  /** Takes the options of the last committed render. */
  commit(options: GivenOptions | null): void;
  /** Returns the way to unmount, which ends the session one macrotask later: StrictMode mounts again at once. */
  mount(): () => void;
  /** Hands a changed token to the client, and connects again where that had failed. */
  changeToken(token: string | undefined): void;
  /** Ends the session at once; `mount()` may begin another with the same client. */
  end(): void;
}

/** Whether `disconnect()` was called, here or by the app. */
const isEnded = ({ auth }: StreamVideo) => auth.state.status === 'signed_out';

type Failure = AnyStreamVideoError | null;

/** Nothing is made and nothing starts before `mount()`, which ends the session of the former identity first. */
export function createLifetime(identity: string | null, former?: ClientLifetime): ClientLifetime {
  let snapshot: CreatedStreamVideo = Object.freeze({ client: null, error: null, retry });
  let changed: (() => void) | undefined;
  let committed: GivenOptions | undefined;
  let provider: TokenProvider | undefined;
  /** The `token` that the client was last given. */
  let given: string | undefined;
  let tokenError: Failure = null;
  /** Of `connect()`, or of making the client. */
  let openError: Failure = null;
  let isMounted = false;
  let isCreating = false;
  let connects = false;
  let unmounting: ReturnType<typeof setTimeout> | undefined;
  /** The `connect()` whose outcome counts. */
  let attempt: Promise<void> | undefined;
  let failures = 0;
  let stopRetrying: (() => void) | undefined;

  function publish(client: StreamVideo | null): void {
    const error = tokenError ?? openError;
    if (client === snapshot.client && error === snapshot.error) return;
    snapshot = Object.freeze({ client, error, retry });
    changed?.();
  }

  function create(): void {
    if (isCreating) return;
    const { connect = true, ...options } = committed as GivenOptions;
    const type = options.user?.type;
    given = options.token;
    connects = connect && type !== 'anonymous';
    if (typeof options.tokenProvider === 'function') {
      options.tokenProvider = (context) => (provider as TokenProvider)(context);
    }
    try {
      // The client, which has no such option, could not name it. None of its own looks like that.
      refuseSlip(options, 'connect', /nect/i);
      if (type === 'guest') {
        isCreating = true;
        StreamVideo.create(options as CreateOptions).then(adopt, settle);
      } else adopt(new StreamVideo(options as StreamVideoOptions));
    } catch (error) {
      settle(error as AnyStreamVideoError);
    }
  }

  function adopt(client: StreamVideo): void {
    isCreating = false;
    openError = null;
    publish(client);
    client.on('connection.changed', ({ state, error }) => {
      // While an attempt runs, its promise tells the outcome; without `connect` the app connects or does not.
      if (attempt || !connects) return;
      if (state === 'connected') settle(null);
      else if (error) settle(error as AnyStreamVideoError);
    });
    if (isMounted) open(client);
  }

  function open(client: StreamVideo): void {
    changeToken(committed?.token);
    if (connects) connect(client);
    else if (isEnded(client)) beginSession(client);
  }

  function connect(client: StreamVideo): void {
    stopRetrying?.();
    const settleThis = (error: Failure) => {
      if (attempt === connecting) settle(error);
    };
    const connecting = client.connect().then(() => settleThis(null), settleThis);
    attempt = connecting;
  }

  /** Without a socket, after `disconnect()`: `<Activity>` shows the app again. */
  function beginSession(client: StreamVideo): void {
    const { auth, token, tokenProvider } = client;
    if (token !== undefined) handOver(client, token);
    // Anonymous without a call token: refused a socket, but not the session. Else `auth.state` tells the outcome.
    else (tokenProvider ? auth.refresh() : client.connect()).catch(() => {});
  }

  function settle(error: Failure): void {
    const { client } = snapshot;
    isCreating = false;
    attempt = undefined;
    stopRetrying?.();
    // The app called disconnect().
    openError = error?.code === 'session_ended' ? null : error;
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
    tokenError = null;
    try {
      if (token !== undefined) client.auth.setToken(token);
    } catch (error) {
      tokenError = error as AnyStreamVideoError;
    }
    publish(client);
  }

  function changeToken(token: string | undefined): void {
    const { client } = snapshot;
    if (!isMounted || token === given) return;
    if (client) {
      given = token;
      handOver(client, token);
      if (openError && !tokenError) connect(client);
    } else create();
  }

  function end(): void {
    clearTimeout(unmounting);
    stopRetrying?.();
    attempt = undefined;
    isMounted = false;
    snapshot.client?.disconnect();
  }

  return {
    identity,
    subscribe(listener) {
      changed = listener;
      return () => {
        changed = undefined;
      };
    },
    read: () => snapshot,
    commit(options) {
      if (!options) return;
      committed = options;
      provider = options.tokenProvider ?? provider;
    },
    mount() {
      former?.end();
      former = undefined;
      clearTimeout(unmounting);
      if (!isMounted && committed) {
        isMounted = true;
        if (snapshot.client) open(snapshot.client);
        else create();
      }
      return () => {
        unmounting = setTimeout(end, 0);
      };
    },
    changeToken,
    end,
  };
}
