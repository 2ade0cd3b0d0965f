import type { RecordedRequest } from './journal.js';

/** A token as the live feed shows it: decoded claims and the times that matter, never the token itself. */
export interface LiveToken {
  /** A number per distinct token; the same token has the same number in every message. */
  readonly id: number;
  /** Whom it names. */
  readonly userId: string;
  /** Decoded. */
  readonly claims: Readonly<Record<string, unknown>>;
  /** Epoch milliseconds by the emulator's clock: when the emulator minted or first saw it. */
  readonly firstSeenAt: number;
  /** From `iat`. */
  readonly issuedAt?: number | undefined;
  /** From `exp`; undefined for a token without expiry. */
  readonly expiresAt?: number | undefined;
  /** When a client that refreshes ahead of time begins to ask for a new token, jitter left out. */
  readonly advisoryAt?: number | undefined;
  /** When such a client makes its callers wait for the new token. */
  readonly mandatoryAt?: number | undefined;
  /** How it ended before its time. */
  readonly ended?: 'expired' | 'revoked' | undefined;
  /** Epoch milliseconds by the emulator's clock: when it ended before its time. */
  readonly endedAt?: number | undefined;
}

/** An open socket. */
export interface LiveClient {
  /** As the client knows it. */
  readonly connectionId: string;
  /** Whose socket it is. */
  readonly userId: string;
  /** Which protocol it speaks. */
  readonly product: 'video' | 'chat';
  /** `id` of the token that it came with. */
  readonly tokenId?: number | undefined;
  /** Epoch milliseconds by the emulator's clock. */
  readonly connectedAt: number;
  /** What the client calls itself. */
  readonly client?: string | undefined;
}

/** A time during which somebody's track was on. */
export interface LiveTrack {
  /** What was sent. */
  readonly kind: 'audio' | 'video' | 'screenshare' | 'screenshare_audio';
  /** Epoch milliseconds by the emulator's clock. */
  readonly from: number;
  /** The same; undefined while it is on. */
  readonly until?: number | undefined;
}

/** A client that came back to the media side of a call. */
export interface LiveReconnect {
  /** Epoch milliseconds by the emulator's clock. */
  readonly at: number;
  /** With its session, with a new one, or over another media server. */
  readonly strategy: 'fast' | 'rejoin' | 'migrate';
}

/** Somebody on the media side of a call. */
export interface LiveParticipant {
  /** The call, as `type:id`. */
  readonly cid: string;
  /** Who it is. */
  readonly userId: string;
  /** The client's name for this presence; another one after each join. */
  readonly sessionId: string;
  /** The role in the call. */
  readonly role: string;
  /** Epoch milliseconds by the emulator's clock. */
  readonly joinedAt: number;
  /** Whether it is counted, but not listed to others. */
  readonly isAnonymous: boolean;
  /** What is published and not muted. */
  readonly tracks: readonly LiveTrack['kind'][];
  /** When each track was on, oldest first; the newest 200 times. */
  readonly trackTimes: readonly LiveTrack[];
  /** When the client came back, oldest first; the newest 100 times. After a rejoin: of the new presence. */
  readonly reconnects: readonly LiveReconnect[];
  /** Epoch milliseconds by the emulator's clock; undefined while there. */
  readonly leftAt?: number | undefined;
  /** Why it is over, in a word or two: `left`, `kicked`, `connection lost`. */
  readonly leftBecause?: string | undefined;
}

/** A socket that has ended. */
export interface LiveEnd {
  /** The socket, as it was. */
  readonly client: LiveClient;
  /** Epoch milliseconds by the emulator's clock. */
  readonly until: number;
  /** The close code. */
  readonly code: number;
  /** Which side ended it. */
  readonly by: 'client' | 'emulator';
  /** The coordinator's code, where it ended the socket with one. */
  readonly apiCode?: number | undefined;
}

/** The faults that are switched on. */
export interface LiveFaults {
  /** Milliseconds that the clock is ahead of the machine's; negative is behind. */
  readonly clockSkewMs: number;
  /** Whether the clock stands still. */
  readonly clockFrozen: boolean;
  /** Milliseconds before each answer. */
  readonly latencyMs: number;
  /** Up to so many milliseconds more. */
  readonly jitterMs: number;
  /** How many requests are still to fail. */
  readonly failingNext: number;
  /** How many handshakes are still to be refused. */
  readonly rejectingNext: number;
  /** Requests per user, endpoint and window; undefined without a limit. */
  readonly rateLimit?: { readonly limit: number; readonly windowMs: number } | undefined;
  /** Undefined without a limit. */
  readonly maxSocketsPerUser?: number | undefined;
  /** Whether guests are refused. */
  readonly guestsDisabled: boolean;
  /** Whether unsigned and development tokens are accepted. */
  readonly authChecksDisabled: boolean;
  /** Whether a socket ends with its token. */
  readonly cutSocketsAtExpiry: boolean;
  /** Whether nobody may join the media server. */
  readonly mediaFull: boolean;
  /** Milliseconds before each answer of the media server. */
  readonly mediaLatencyMs: number;
}

/** Everything that is known at the moment of connecting to the feed. */
export interface LiveSnapshot {
  /** Tells it from events. */
  readonly type: 'snapshot';
  /** Epoch milliseconds by the emulator's clock; the feed's other times compare to it. */
  readonly now: number;
  /** Of the application. */
  readonly apiKey: string;
  /** Whether `POST /_emulator/token` mints tokens. */
  readonly mintAllowed: boolean;
  /** The open sockets. */
  readonly clients: readonly LiveClient[];
  /** The newest sockets that have ended, oldest first. */
  readonly ended: readonly LiveEnd[];
  /** Who is on the media side of calls. */
  readonly participants: readonly LiveParticipant[];
  /** The newest of those that have left, oldest first. */
  readonly left: readonly LiveParticipant[];
  /** The tokens that are remembered. */
  readonly tokens: readonly LiveToken[];
  /** What arrived last, oldest first. */
  readonly requests: readonly RecordedRequest[];
  /** Those that are switched on now. */
  readonly faults: LiveFaults;
  /** The faults after each of the last switches, oldest first. */
  readonly switches: readonly { readonly at: number; readonly faults: LiveFaults }[];
}

/**
 * What the feed at `/_emulator/live` sends after the snapshot, one JSON text frame each. `now` is the emulator's
 * clock at the time of sending.
 *
 * - `token`: a token was minted, seen for the first time, or ended early. The newest message about an id counts.
 * - `request`: a request or handshake was answered. A refusal has an `apiCode`; a replay is a later request with
 *   the same method and path whose predecessor was refused with 40.
 * - `connected` / `disconnected`: a socket passed its handshake, or ended. `by` says which side ended it.
 * - `participant`: somebody joined the media side of a call, published or muted a track, reconnected, or left.
 * - `faults`: a fault was switched.
 */
export type LiveEvent =
  | { readonly type: 'token'; readonly now: number; readonly token: LiveToken }
  | { readonly type: 'request'; readonly now: number; readonly request: RecordedRequest }
  | { readonly type: 'connected'; readonly now: number; readonly client: LiveClient }
  | {
      readonly type: 'disconnected';
      readonly now: number;
      readonly connectionId: string;
      readonly userId: string;
      readonly code: number;
      readonly by: 'client' | 'emulator';
      readonly apiCode?: number | undefined;
    }
  | {
      readonly type: 'participant';
      readonly now: number;
      readonly participant: LiveParticipant;
      /** False when the participant has left. */
      readonly isThere: boolean;
    }
  | { readonly type: 'faults'; readonly now: number; readonly faults: LiveFaults };

/** What the feed sends: the snapshot first, then events. */
export type LiveMessage = LiveSnapshot | LiveEvent;
