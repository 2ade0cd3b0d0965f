import { announce, EVENT_DIALECT, eventParts } from '../announcements/call-events.js';
import type { Call, CallSession } from '../state/call.js';
import type { Coordinator } from '../state/coordinator.js';
import { Instant } from '../state/instant.js';
import { wireParticipant, wireParticipantCounts } from '../wire/participant.js';
import { type Admitted, MediaRefusal } from './admission.js';
import { MediaSession, type SignalLine } from './media-session.js';
import { ERROR_CODE, type JoinRequest, MIGRATE, REJOIN, type SfuEvent } from './messages.js';
import { PUBLISH_OPTIONS } from './publish-options.js';
import type { MediaTransport } from './transport.js';

/** How long a session outlives its socket, for the client that reconnects with it. */
export const FAST_RECONNECT_SECONDS = 10;
// As long as the service waits, where a call does not say.
const INACTIVITY_SECONDS = 30;

/** The media side of one call: who is there, and what each is told of the others. */
export class Room {
  readonly coordinator: Coordinator;
  readonly call: Call;
  readonly transport: MediaTransport;
  readonly #sessions = new Map<string, MediaSession>();
  readonly #forgetting = new Map<MediaSession, () => void>();
  readonly #onEmpty: () => void;
  #cancelSessionEnd = () => {};

  constructor(
    call: Call,
    {
      coordinator,
      transport,
      onEmpty,
    }: { coordinator: Coordinator; transport: MediaTransport; onEmpty: () => void },
  ) {
    this.coordinator = coordinator;
    this.call = call;
    this.transport = transport;
    this.#onEmpty = onEmpty;
  }

  find(sessionId: string): MediaSession | undefined {
    return this.#sessions.get(sessionId);
  }

  /** Lets a client in, or back in; throws when it may not. */
  join(request: JoinRequest, admitted: Admitted, line: SignalLine): MediaSession {
    const { sessionId = '', reconnectDetails, fastReconnect = false } = request;
    if (sessionId === '') throw new MediaRefusal(ERROR_CODE.badRequest, 'the session has no id');
    const known = this.#own(sessionId, admitted);
    const previous = this.#own(reconnectDetails?.previousSessionId ?? '', admitted);
    if (known === undefined) this.#requireSpace();
    const session = known ?? new MediaSession(sessionId, admitted, this);
    this.#forgetting.get(session)?.();
    const before = session.speakThrough(line);
    const strategy = reconnectDetails?.strategy;
    if (known !== undefined) session.history.reconnected(strategy === MIGRATE ? 'migrate' : 'fast');
    else if (strategy === REJOIN) session.history.reconnected('rejoin');
    if (known === undefined) this.#add(session, previous);
    else this.changed(session);
    line.send({
      joinResponse: {
        callState: this.#describe(),
        reconnected: known !== undefined,
        fastReconnectDeadlineSeconds: FAST_RECONNECT_SECONDS,
        publishOptions: PUBLISH_OPTIONS,
      },
    });
    if (known !== undefined && fastReconnect) this.transport.resume(session);
    else this.transport.attach(session, previous);
    // The client waits for it on the socket that it leaves.
    before?.send({ participantMigrationComplete: {} });
    if (previous !== undefined && previous !== session) this.remove(previous, 'joined again');
    return session;
  }

  /** Notes that a session's socket has ended: for good, or for a client that may come back. */
  lost(session: MediaSession, line: SignalLine, { isForGood }: { isForGood: boolean }): void {
    if (!session.lost(line) || this.#sessions.get(session.sessionId) !== session) return;
    if (isForGood) {
      this.remove(session, 'left');
      return;
    }
    this.transport.pause(session);
    const cancel = this.coordinator.timers.after(FAST_RECONNECT_SECONDS * 1000, () =>
      this.remove(session, 'connection lost'),
    );
    this.#forgetting.set(session, () => {
      this.#forgetting.delete(session);
      cancel();
    });
  }

  remove(session: MediaSession, reason: string): void {
    if (!this.#sessions.delete(session.sessionId)) return;
    this.#forgetting.get(session)?.();
    session.history.ended(reason);
    this.coordinator.participants.remove(session);
    this.transport.detach(session);
    const callCid = this.call.cid;
    if (!session.isAnonymous) {
      this.broadcast({ participantLeft: { callCid, participant: session.describe() } });
      const since = (this.coordinator.clock.now() - session.joinedAt.ms) / 1000;
      this.#announceChange('call.session_participant_left', session, {
        duration_seconds: Math.max(0, Math.round(since)),
        reason,
      });
    }
    this.#tellCounts();
    this.#report(session, false);
    if (this.#sessions.size === 0) this.#empty();
  }

  broadcast(event: SfuEvent, except?: MediaSession): void {
    for (const session of this.#sessions.values()) if (session !== except) session.send(event);
  }

  changed(session: MediaSession): void {
    this.#report(session, true);
  }

  /** How many there are, as health checks tell it. */
  count(): { total: number; anonymous: number } {
    const all = [...this.#sessions.values()];
    return { total: all.length, anonymous: all.filter(({ isAnonymous }) => isAnonymous).length };
  }

  #add(session: MediaSession, previous: MediaSession | undefined): void {
    this.#cancelSessionEnd();
    const callSession = this.coordinator.calls.openSession(this.call);
    callSession.startedAt ??= new Instant(this.coordinator.clock.now());
    this.#passPinOn(callSession, session, previous);
    this.#sessions.set(session.sessionId, session);
    this.coordinator.participants.add(session);
    if (!session.isAnonymous) {
      const { cid: callCid } = this.call;
      const { pins } = callSession;
      const isPinned = pins.some(({ sessionId }) => sessionId === session.sessionId);
      this.broadcast({ participantJoined: { callCid, participant: session.describe(), isPinned } }, session);
      // Older clients do not read it there.
      if (isPinned) this.broadcast({ pinsUpdated: { pins } }, session);
      this.#announceChange('call.session_participant_joined', session);
    }
    this.#tellCounts();
    this.#report(session, true);
  }

  /** Who was pinned is pinned under the next session, too: older clients look for the session alone. */
  #passPinOn(callSession: CallSession, session: MediaSession, previous: MediaSession | undefined): void {
    const { userId, sessionId } = session;
    const isOver = (id: string) => id === previous?.sessionId || !this.#sessions.has(id);
    callSession.pins = callSession.pins.map((pin) =>
      pin.userId === userId && isOver(pin.sessionId) ? { userId, sessionId } : pin,
    );
  }

  #own(sessionId: string, { caller }: Admitted): MediaSession | undefined {
    const session = this.#sessions.get(sessionId);
    if (session === undefined || session.userId === caller.userId) return session;
    throw new MediaRefusal(ERROR_CODE.denied, 'the session is another user’s');
  }

  #requireSpace(): void {
    const limit = Number(this.call.settings.limits?.max_participants ?? 0);
    if (limit <= 0 || this.#sessions.size < limit) return;
    throw new MediaRefusal(ERROR_CODE.participantLimit, `the call has at most ${limit} participants`);
  }

  #describe() {
    const listed = [...this.#sessions.values()].filter(({ isAnonymous }) => !isAnonymous);
    return {
      participants: listed.map((session) => session.describe()),
      startedAt: (this.call.session?.startedAt ?? this.call.createdAt).ms,
      participantCount: this.count(),
      pins: this.call.session?.pins ?? [],
    };
  }

  #announceChange(type: string, session: MediaSession, more: Record<string, unknown> = {}): void {
    announce(this.coordinator, this.call, type, {
      session_id: this.call.session?.id,
      participant: wireParticipant(session, this.coordinator, EVENT_DIALECT),
      ...more,
    });
  }

  #tellCounts(): void {
    this.broadcast({ healthCheckResponse: { participantCount: this.count() } });
    announce(this.coordinator, this.call, 'call.session_participant_count_updated', {
      session_id: this.call.session?.id,
      ...wireParticipantCounts(this.call, this.coordinator),
    });
  }

  #report(session: MediaSession, isThere: boolean): void {
    this.coordinator.reportParticipant(session, isThere);
  }

  /** A call that all have left ends its session after a while; the call goes on. */
  #empty(): void {
    const seconds = Number(this.call.settings.session?.inactivity_timeout_seconds ?? INACTIVITY_SECONDS);
    this.#cancelSessionEnd = this.coordinator.timers.after(seconds * 1000, () => {
      this.#onEmpty();
      const { session } = this.call;
      if (session === undefined || session.endedAt !== undefined) return;
      session.endedAt = new Instant(this.coordinator.clock.now());
      announce(this.coordinator, this.call, 'call.session_ended', {
        call: eventParts(this.call, this.coordinator).call(),
        session_id: session.id,
      });
    });
  }
}
