import { isAllowed, mayEnter } from '../auth/permissions.js';
import type { Call } from '../state/call.js';
import type { Coordinator } from '../state/coordinator.js';
import type { Capability } from '../state/default-grants.js';
import { Instant } from '../state/instant.js';
import type { Participant, ParticipationEnd, ReconnectStrategy, TrackKind } from '../state/participants.js';
import { ParticipationHistory } from '../state/participation-history.js';
import { type Admitted, MediaRefusal } from './admission.js';
import {
  CALL_ENDED_REASON,
  ERROR_CODE,
  FAST,
  GOOD_CONNECTION,
  REBALANCE,
  REJOIN,
  type SfuEvent,
  type TrackInfo,
  UNPUBLISH_CAUSE,
} from './messages.js';
import { ruleOf, TRACK_RULES } from './track-kinds.js';
import type { Endpoint } from './transport.js';

const REASONS: Readonly<Record<ParticipationEnd, number>> = {
  'call ended': CALL_ENDED_REASON.ended,
  'live ended': CALL_ENDED_REASON.liveEnded,
  kicked: CALL_ENDED_REASON.kicked,
};

// A client that is told leaves and closes by itself; one whose socket closes before that reconnects.
const TIME_TO_LEAVE_MS = 3000;

/** What a client says of one of its tracks. */
type MuteState = Pick<TrackInfo, 'trackType' | 'muted'>;

/** The socket that a session speaks through; another one after a reconnect. */
export interface SignalLine {
  send(event: SfuEvent): void;
  close(reason: string): void;
  cut(): void;
}

/** The call that a session is in, as the session reaches it. */
export interface Surroundings {
  readonly coordinator: Coordinator;
  readonly call: Call;
  broadcast(event: SfuEvent, except?: MediaSession): void;
  remove(session: MediaSession, reason: string): void;
  changed(session: MediaSession): void;
}

/** One user's presence on the media side of a call: what is published, what is muted, and the socket in use. */
export class MediaSession implements Participant, Endpoint {
  readonly sessionId: string;
  readonly lookupPrefix = globalThis.crypto.randomUUID();
  readonly joinedAt: Instant;
  readonly role: string;
  readonly history: ParticipationHistory;
  readonly #admitted: Admitted;
  readonly #surroundings: Surroundings;
  readonly #published = new Set<number>();
  #line: SignalLine | undefined;

  constructor(sessionId: string, admitted: Admitted, surroundings: Surroundings) {
    const { caller, call } = admitted;
    this.sessionId = sessionId;
    this.#admitted = admitted;
    this.#surroundings = surroundings;
    const { clock } = surroundings.coordinator;
    this.joinedAt = new Instant(clock.now());
    this.history = new ParticipationHistory(clock);
    const memberRole = call.members.get(caller.userId)?.role;
    this.role = memberRole ?? (caller.kind === 'user' ? caller.user.role : 'anonymous');
  }

  get cid(): string {
    return this.#admitted.call.cid;
  }

  get userId(): string {
    return this.#admitted.caller.userId;
  }

  get isAnonymous(): boolean {
    return this.#admitted.caller.kind === 'anonymous';
  }

  get isConnected(): boolean {
    return this.#line !== undefined;
  }

  /** Speaks through this socket from now on; returns the one before. */
  speakThrough(line: SignalLine): SignalLine | undefined {
    const before = this.#line;
    this.#line = line;
    return before;
  }

  /** Notes that a socket has ended; false when the session does not speak through it any more. */
  lost(line: SignalLine): boolean {
    if (this.#line !== line) return false;
    this.#line = undefined;
    return true;
  }

  send(event: SfuEvent): void {
    this.#line?.send(event);
  }

  /** Notes what a publisher announces; throws when a track may not be sent. */
  publish(tracks: readonly TrackInfo[]): void {
    for (const type of new Set(tracks.map(({ trackType }) => trackType))) this.#requirePermission(type);
    this.setMuted(tracks);
  }

  /** Notes which tracks went off or on, and tells the others: once of each, however long the list is. */
  setMuted(states: readonly MuteState[]): void {
    const last = new Map(states.map(({ trackType, muted }) => [trackType, muted === true]));
    for (const [type, isMuted] of last) this.#setMuted(type, isMuted);
  }

  /** How the session is told of in call states and events. */
  describe() {
    const { caller } = this.#admitted;
    const user = caller.kind === 'user' ? caller.user : undefined;
    return {
      userId: this.userId,
      sessionId: this.sessionId,
      publishedTracks: [...this.#published],
      joinedAt: this.joinedAt.ms,
      trackLookupPrefix: this.lookupPrefix,
      connectionQuality: GOOD_CONNECTION,
      name: user?.name ?? '',
      image: user?.image ?? '',
      roles: [this.role],
    };
  }

  tracks(): readonly TrackKind[] {
    return TRACK_RULES.filter(({ type }) => this.#published.has(type)).map(({ kind }) => kind);
  }

  tellEnd(why: ParticipationEnd): void {
    this.send({ callEnded: { reason: REASONS[why] } });
    const line = this.#line;
    this.#line = undefined;
    this.#surroundings.coordinator.timers.inBackground(TIME_TO_LEAVE_MS, () => line?.close(why));
  }

  takeOut(why: ParticipationEnd): void {
    this.#surroundings.remove(this, why);
  }

  mute(kinds: readonly TrackKind[]): void {
    for (const { type, kind } of TRACK_RULES) {
      if (kinds.includes(kind) && this.#published.has(type)) {
        this.#unpublish(type, UNPUBLISH_CAUSE.moderation);
      }
    }
  }

  reasonToEnd(): ParticipationEnd | undefined {
    const { caller, call } = this.#admitted;
    if (!this.#may('join-call')) return 'kicked';
    if (mayEnter(caller, call, this.#surroundings.coordinator)) return undefined;
    return call.backstage ? 'live ended' : 'call ended';
  }

  review(): void {
    this.send({
      callGrantsUpdated: {
        currentGrants: {
          canPublishAudio: this.#may('send-audio'),
          canPublishVideo: this.#may('send-video'),
          canScreenshare: this.#may('screenshare'),
        },
        message: '',
      },
    });
    for (const { type, capability } of TRACK_RULES) {
      if (this.#published.has(type) && !this.#may(capability)) {
        this.#unpublish(type, UNPUBLISH_CAUSE.permissionRevoked);
      }
    }
  }

  tellPins(): void {
    this.send({ pinsUpdated: { pins: this.#admitted.call.session?.pins ?? [] } });
  }

  cut(): void {
    this.#line?.cut();
  }

  askToReconnect(strategy: ReconnectStrategy): void {
    if (strategy === 'migrate') {
      this.send({ goAway: { reason: REBALANCE } });
      return;
    }
    // An error without a code would end a livestream in the client.
    this.send({
      error: {
        error: { code: ERROR_CODE.internal, message: 'asked for by a test', shouldRetry: true },
        reconnectStrategy: strategy === 'fast' ? FAST : REJOIN,
      },
    });
  }

  #setMuted(type: number | undefined, isMuted: boolean): void {
    const rule = ruleOf(type);
    if (rule === undefined) return;
    if (!isMuted) this.#requirePermission(type);
    if (this.#published.has(rule.type) !== isMuted) return;
    if (isMuted) {
      this.#unpublish(rule.type, UNPUBLISH_CAUSE.userMuted);
      return;
    }
    this.#published.add(rule.type);
    this.history.trackOn(rule.kind);
    const { userId, sessionId } = this;
    this.#surroundings.broadcast({ trackPublished: { userId, sessionId, type: rule.type } }, this);
    this.#surroundings.changed(this);
  }

  #unpublish(type: number, cause: number): void {
    this.#published.delete(type);
    const kind = ruleOf(type)?.kind;
    if (kind !== undefined) this.history.trackOff(kind);
    const { userId, sessionId } = this;
    const event = { trackUnpublished: { userId, sessionId, type, cause } };
    // Who muted knows; an answer that comes late could undo the next click.
    this.#surroundings.broadcast(event, cause === UNPUBLISH_CAUSE.userMuted ? this : undefined);
    this.#surroundings.changed(this);
  }

  #may(capability: Capability): boolean {
    const { caller, call } = this.#admitted;
    return isAllowed(caller, call, capability, this.#surroundings.coordinator);
  }

  #requirePermission(type: number | undefined): void {
    const rule = ruleOf(type);
    if (rule === undefined || this.#may(rule.capability)) return;
    throw new MediaRefusal(ERROR_CODE.denied, `the user may not send ${rule.kind}`);
  }
}
