import type { OwnUserResponse } from '../api-types.js';
import type { TokenSession } from '../auth/token-session.js';
import { throwIfAborted } from '../environment/abortable.js';
import type { Environment } from '../environment/environment.js';
import type { TimerHandle } from '../environment/timers.js';
import type { WebSocketConstructor } from '../environment/web-socket.js';
import { isWireError, type WireError } from '../http/api-error.js';
import type { AcquiredToken } from '../refresh/waiters.js';
import type { TokenFacts } from '../token/token-facts.js';
import type { KnownUser } from '../user.js';
import { type Ending, JsonSocket } from './json-socket.js';

export const HANDSHAKE_LIMIT_MS = 15_000;

export type Frame = Readonly<Record<string, unknown>>;

/** Why a handshake came to nothing. */
export type Failure =
  | { readonly kind: 'token'; readonly error: unknown }
  | { readonly kind: 'refused'; readonly error: WireError; readonly token: TokenFacts }
  | { readonly kind: 'network'; readonly ending: Ending };

export class HandshakeFailed extends Error {
  readonly failure: Failure;

  constructor(failure: Failure) {
    super(failure.kind);
    this.failure = failure;
  }
}

export interface Established {
  readonly channel: JsonSocket;
  readonly token: TokenFacts;
  readonly userId: string;
  readonly connectionId: string;
  readonly me: OwnUserResponse;
  readonly frame: Frame;
}

interface HandshakeOptions {
  readonly WebSocket: WebSocketConstructor;
  readonly url: string;
  readonly session: TokenSession;
  readonly environment: Environment;
  /** Ends the handshake, and closes the socket. */
  readonly signal: AbortSignal;
  /** What comes after the handshake on the same socket. */
  onFrame(channel: JsonSocket, frame: Frame | undefined): void;
  onEnd(channel: JsonSocket, ending: Ending): void;
}

function authFrame(token: TokenFacts, { id, name, image, custom }: KnownUser): Frame {
  return { token: token.value, user_details: { id, name, image, custom }, products: ['video'] };
}

/**
 * Opens a socket and authenticates it. The token is fetched while the socket opens; it travels in the first
 * frame. Rejects with `HandshakeFailed`, or with the signal's reason.
 */
export function shakeHands(options: HandshakeOptions): Promise<Established> {
  const { session, environment, signal } = options;
  const { timers } = environment;
  return new Promise((resolve, reject) => {
    let isOver = false;
    let limit: TimerHandle | undefined;
    let sent: TokenFacts | undefined;

    const finish = (settle: () => void) => {
      if (isOver) return;
      isOver = true;
      timers.clear(limit);
      signal.removeEventListener('abort', onAbort);
      settle();
    };
    const fail = (failure: Failure) =>
      finish(() => {
        channel?.close();
        reject(new HandshakeFailed(failure));
      });
    const onAbort = () =>
      finish(() => {
        channel?.close();
        reject(signal.reason);
      });
    const limitTheNextStep = () => {
      timers.clear(limit);
      limit = timers.set(
        () => fail({ kind: 'network', ending: { code: 0, reason: 'the handshake took too long' } }),
        HANDSHAKE_LIMIT_MS,
      );
    };
    const onFirstFrames = (frame: Frame | undefined) => {
      if (frame?.type === 'connection.error') {
        const error = isWireError(frame.error) ? frame.error : { code: -1, message: 'no reason given' };
        // Before our frame the server knows no token, so it speaks of none.
        if (sent) fail({ kind: 'refused', error, token: sent });
        else fail({ kind: 'network', ending: { code: 0, reason: String(error.message) } });
      } else if (frame?.type === 'connection.ok' && typeof frame.connection_id === 'string' && sent) {
        const { userId } = sent;
        const me = (frame.me as OwnUserResponse | undefined) ?? { id: userId };
        const established = { channel: channel as JsonSocket, token: sent, userId, me, frame };
        const connectionId = frame.connection_id;
        finish(() => {
          channel?.hold();
          resolve({ ...established, connectionId });
        });
      }
    };

    let channel: JsonSocket | undefined;
    try {
      throwIfAborted(signal);
      channel = new JsonSocket(options.WebSocket, options.url, timers, {
        onFrame: (frame) => (isOver ? options.onFrame(channel as JsonSocket, frame) : onFirstFrames(frame)),
        onEnd: (ending) =>
          isOver ? options.onEnd(channel as JsonSocket, ending) : fail({ kind: 'network', ending }),
      });
    } catch (cause) {
      if (signal.aborted) onAbort();
      else fail({ kind: 'network', ending: { code: 0, reason: '', cause } });
      return;
    }
    signal.addEventListener('abort', onAbort);
    limitTheNextStep();
    const { opened } = channel;
    const introduce = ({ token }: AcquiredToken) => {
      if (isOver || !token) return;
      // The socket took so long that the token was refused meanwhile, or a guest became another.
      if (token.rejectedByServerAt || token.userId !== session.user.id) return fetchToken();
      sent = token;
      limitTheNextStep();
      channel?.send(authFrame(token, session.user));
    };
    const fetchToken = () => {
      session.acquire({ signal }).then(
        (pass) => opened.then(() => introduce(pass)),
        (error) => (signal.aborted ? onAbort() : fail({ kind: 'token', error })),
      );
    };
    fetchToken();
  });
}
