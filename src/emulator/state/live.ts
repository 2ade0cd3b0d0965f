import type { RecordedRequest } from './journal.js';

/** A token as the live feed shows it: decoded claims and the times that matter, never the token itself. */
export interface LiveToken {
  /** A number per distinct token; the same token has the same number in every message. */
  readonly id: number;
  readonly userId: string;
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
  readonly endedAt?: number | undefined;
}

/** An open socket. */
export interface LiveClient {
  readonly connectionId: string;
  readonly userId: string;
  readonly product: 'video' | 'chat';
  readonly tokenId?: number | undefined;
  /** Epoch milliseconds by the emulator's clock. */
  readonly connectedAt: number;
  readonly client?: string | undefined;
}

/** Somebody on the media side of a call. */
export interface LiveParticipant {
  readonly cid: string;
  readonly userId: string;
  /** The client's name for this presence; another one after each join. */
  readonly sessionId: string;
  readonly role: string;
  /** Epoch milliseconds by the emulator's clock. */
  readonly joinedAt: number;
  readonly isAnonymous: boolean;
  /** What is published and not muted. */
  readonly tracks: readonly ('audio' | 'video' | 'screenshare' | 'screenshare_audio')[];
}

/** A socket that has ended. */
export interface LiveEnd {
  readonly client: LiveClient;
  /** Epoch milliseconds by the emulator's clock. */
  readonly until: number;
  /** The close code. */
  readonly code: number;
  /** Which side ended it. */
  readonly by: 'client' | 'emulator';
  readonly apiCode?: number | undefined;
}

/** The faults that are switched on. */
export interface LiveFaults {
  readonly clockSkewMs: number;
  readonly clockFrozen: boolean;
  readonly latencyMs: number;
  readonly jitterMs: number;
  readonly failingNext: number;
  readonly rejectingNext: number;
  readonly rateLimit?: { readonly limit: number; readonly windowMs: number } | undefined;
  readonly maxSocketsPerUser?: number | undefined;
  readonly guestsDisabled: boolean;
  readonly authChecksDisabled: boolean;
  readonly cutSocketsAtExpiry: boolean;
  readonly mediaFull: boolean;
  readonly mediaLatencyMs: number;
}

/** Everything that is known at the moment of connecting to the feed. */
export interface LiveSnapshot {
  readonly type: 'snapshot';
  /** Epoch milliseconds by the emulator's clock; the feed's other times compare to it. */
  readonly now: number;
  readonly apiKey: string;
  readonly mintAllowed: boolean;
  readonly clients: readonly LiveClient[];
  /** The newest sockets that have ended, oldest first. */
  readonly ended: readonly LiveEnd[];
  /** Who is on the media side of calls. */
  readonly participants: readonly LiveParticipant[];
  readonly tokens: readonly LiveToken[];
  readonly requests: readonly RecordedRequest[];
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
 * - `participant`: somebody joined the media side of a call, published or muted a track, or left.
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

export type LiveMessage = LiveSnapshot | LiveEvent;
