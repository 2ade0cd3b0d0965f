import { read, readText } from '../../shared/foreign-value.js';
import type { OwnUserResponse } from '../api-types.js';
import type { TokenSession } from '../auth/token-session.js';
import { linkSignals, pause, throwIfAborted } from '../environment/abortable.js';
import type { Environment } from '../environment/environment.js';
import type { WebSocketConstructor } from '../environment/web-socket.js';
import * as CODE from '../http/api-codes.js';
import { isWireError, type WireError } from '../http/api-error.js';
import type { TokenFacts } from '../token/token-facts.js';
import { detailsOf, type KnownUser } from '../user.js';
import { type Ending, type Frame, JsonSocket } from './json-socket.js';

export const HANDSHAKE_LIMIT_MS = 15_000;

/** Why a handshake came to nothing, other than that the page went away: that is no failure. */
export type Failure =
  | { readonly kind: 'token'; readonly error: unknown }
  | { readonly kind: 'refused'; readonly error: WireError; readonly token: TokenFacts }
  | { readonly kind: 'network'; readonly ending: Ending };

export class HandshakeFailed extends Error {
  readonly failure: Failure | undefined;

  constructor(failure?: Failure) {
    super(failure?.kind);
    this.failure = failure;
  }
}

/** A socket that the coordinator has welcomed. What comes on it is kept until somebody listens. */
export interface Established {
  readonly socket: JsonSocket;
  readonly token: TokenFacts;
  readonly connectionId: string;
  readonly me: OwnUserResponse;
  /** The frame that said so. */
  readonly welcome: Frame;
}

interface HandshakeOptions {
  readonly WebSocket: WebSocketConstructor;
  readonly url: string;
  readonly session: TokenSession;
  readonly environment: Environment;
  /** Ends the handshake, and closes the socket. */
  readonly signal: AbortSignal;
}

function authFrame(token: TokenFacts, user: KnownUser): object {
  return { token: token.value, user_details: detailsOf(user), products: ['video'] };
}

function networkFailure(ending: Ending): HandshakeFailed {
  return new HandshakeFailed({ kind: 'network', ending });
}

/** Another user than the token names: as if the server had refused the token. */
function wrongUser(token: TokenFacts): HandshakeFailed {
  const message = 'the connection is of another user than the token';
  const error = { code: CODE.authentication, StatusCode: 401, message };
  return new HandshakeFailed({ kind: 'refused', error, token });
}

/** What a frame says about the handshake: its success, its failure, or nothing. */
export function readAnswer(
  frame: Frame | undefined,
  token: TokenFacts | undefined,
): Omit<Established, 'socket'> | HandshakeFailed | undefined {
  if (frame?.type === 'connection.error') {
    const error = isWireError(frame.error) ? frame.error : { code: -1, message: 'no reason given' };
    // Before our frame the server knows no token, so it speaks of none.
    return token
      ? new HandshakeFailed({ kind: 'refused', error, token })
      : networkFailure({ code: 0, reason: readText(error, 'message') ?? '' });
  }
  if (frame?.type !== 'connection.ok' || typeof frame.connection_id !== 'string' || !token) return undefined;
  const me = read(frame, 'me') ?? { id: token.userId };
  if (read(me, 'id') !== token.userId) return wrongUser(token);
  return { token, connectionId: frame.connection_id, me: me as OwnUserResponse, welcome: frame };
}

/**
 * Opens a socket and authenticates it. The token is fetched while the socket opens; it travels in the first
 * frame. Rejects with `HandshakeFailed`, or with the signal's reason.
 */
export async function handshake({
  WebSocket,
  url,
  session,
  environment: { timers },
  signal: caller,
}: HandshakeOptions): Promise<Established> {
  throwIfAborted(caller);
  const { signal, abort, unlink } = linkSignals(caller);
  let socket: JsonSocket | undefined;
  let sent: TokenFacts | undefined;

  const withinLimit = async <T>(step: Promise<T>): Promise<T> => {
    let done: { value: T } | undefined;
    const wake = step.then((value) => {
      done = { value };
    });
    await pause(timers, HANDSHAKE_LIMIT_MS, [signal], wake);
    if (!done) throw networkFailure({ code: 0, reason: 'the handshake took too long' });
    return done.value;
  };

  const authenticate = async ({ opened }: JsonSocket): Promise<void> => {
    while (!sent) {
      const { token } = await session.acquire({ signal }).catch((error) => {
        throw signal.aborted ? error : new HandshakeFailed({ kind: 'token', error });
      });
      await opened;
      if (signal.aborted || !token) return;
      // The socket may have taken so long that the token was refused meanwhile, or another one is in use, as after a
      // guest became another.
      if (token.rejectedByServerAt || token !== session.held) continue;
      sent = token;
      socket?.send(authFrame(token, session.user));
    }
  };

  try {
    const opening = openSocket(WebSocket, url, timers);
    socket = opening;
    const answered = new Promise<Omit<Established, 'socket'>>((resolve) => {
      opening.listen({
        onFrame: (frame) => {
          const answer = readAnswer(frame, sent);
          if (!answer) return;
          opening.pause();
          if (answer instanceof HandshakeFailed) abort(answer);
          else resolve(answer);
        },
        onEnd: (ending) => abort(networkFailure(ending)),
      });
    });
    await withinLimit(authenticate(opening));
    return { socket, ...(await withinLimit(answered)) };
  } catch (error) {
    socket?.close();
    throw error;
  } finally {
    unlink();
  }
}

function openSocket(...[WebSocket, url, timers]: ConstructorParameters<typeof JsonSocket>): JsonSocket {
  try {
    return new JsonSocket(WebSocket, url, timers);
  } catch (cause) {
    throw networkFailure({ code: 0, reason: '', cause });
  }
}
