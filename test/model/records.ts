/** What became of one attempt on the wire: nothing yet, an answer's code (0 for success), or no answer at all. */
export type Answer = number | 'lost' | undefined;

/** One attempt on the wire, as the coordinator saw it, with what was true at that moment. */
export interface Send {
  readonly via: 'http' | 'socket';
  readonly atMs: number;
  readonly session: number;
  readonly path: string;
  readonly method: string;
  readonly authType: string | null;
  readonly token: string | null;
  /** The id that the socket's first frame names. */
  readonly claimedUserId: string | undefined;
  /** The client's own idea of its user. */
  readonly clientUserId: string;
  readonly isSessionLive: boolean;
  /** Whether its token was made for this very session, or handed in by the app. */
  readonly isOwnToken: boolean;
  /** Whether it needs a token at all; the creation of a guest does not. */
  readonly needsToken: boolean;
  /** Whether the client could ask for another token then. */
  readonly canRenew: boolean;
  answer: Answer;
  answeredAtMs?: number;
  /** When its token came. */
  readonly deliveredAtMs: number;
}

export type AppCallKind =
  | 'request'
  | 'watch'
  | 'join'
  | 'getToken'
  | 'refresh'
  | 'connect'
  | 'consumer'
  | 'disconnect';

/** One promise that the client has handed out. */
export interface AppCall {
  readonly number: number;
  readonly kind: AppCallKind;
  readonly method: string;
  readonly startedAtMs: number;
  /** By the wall clock, which may have been set meanwhile. */
  readonly startedAtWallMs: number;
  readonly heldAtStart: string | undefined;
  readonly wasHeldGood: boolean;
  readonly session: number;
  readonly sends: Send[];
  /** How many of the rig's socket attempts there were when it began. */
  readonly socketSendsBefore: number;
  isAborted: boolean;
  /** Whether the Worker's request that made it is over: nobody waits for it any more. */
  isAbandoned: boolean;
  /** Why its failure was unfair. */
  complaint?: string | undefined;
  outcome?: {
    readonly isOk: boolean;
    readonly value: unknown;
    readonly atMs: number;
    readonly atWallMs: number;
  };
}

/** One call of the app's token provider, or one creation of a guest. */
export interface Ask {
  readonly session: number;
  readonly reason: string;
  readonly mode: string;
  readonly atMs: number;
  readonly atWallMs: number;
  readonly atServerMs: number;
  readonly heldThen: string | undefined;
  readonly phaseThen: string | undefined;
  readonly isSessionLive: boolean;
  /** Whether it was the provider that the app had set last. */
  readonly isOfPresentProvider: boolean;
  /** How many other calls were then in flight that nobody had aborted. */
  readonly othersInFlight: number;
  /** Whether some caller was waiting for a token. */
  readonly hasCaller: boolean;
  readonly signal: AbortSignal | undefined;
  /** How often the app or the network had opened the door by then. */
  readonly doorOpenings: number;
  /** How often the wall clock had been set by then: one that was set forward opens doors, too. */
  readonly jumps: number;
  /** How often the server had taken a token by then. */
  readonly acceptances: number;
  endedAtMs?: number;
  answer?:
    | { readonly kind: 'token'; readonly token: unknown }
    | { readonly kind: 'failed'; readonly error: unknown };
  /** For how long the provider asked to be left alone. */
  retryAfterMs?: number;
}

const TWIN_PAUSE_MS = 1_000;

/** Whether a call only repeats the one before it, which brought the refused token's twin: one attempt, two calls. */
export function isSecondTry(previous: Ask | undefined, ask: Ask | undefined): boolean {
  if (previous?.answer?.kind !== 'token' || previous.reason !== ask?.reason) return false;
  return Math.abs(ask.atMs - (previous.endedAtMs ?? 0) - TWIN_PAUSE_MS) < 2;
}

export function claimsOf(token: unknown): Record<string, unknown> {
  try {
    return JSON.parse(Buffer.from(String(token).trim().split('.')[1] ?? '', 'base64url').toString());
  } catch {
    return {};
  }
}
