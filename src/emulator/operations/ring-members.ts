import { announce, eventParts } from '../announcements/call-events.js';
import type { Call, CallSession } from '../state/call.js';
import type { Coordinator } from '../state/coordinator.js';
import { Instant } from '../state/instant.js';

interface RingOptions {
  type: 'ring' | 'notify';
  callerId: string;
  /** Only these members. @default all members */
  memberIds?: readonly string[] | undefined;
  /** Whether it rings as a video call. @default as the settings of the call say */
  video?: boolean | undefined;
}

/** Rings or notifies members of a call, never the caller; returns the ids of those it reached. */
export function ring(
  coordinator: Coordinator,
  call: Call,
  { type, callerId, memberIds = [...call.members.keys()], video }: RingOptions,
): string[] {
  const session = coordinator.calls.openSession(call);
  const rung = [...new Set(memberIds)].filter((id) => id !== callerId && call.members.has(id));
  if (type === 'ring') beginRinging(coordinator, call, session, { rung, callerId });
  const parts = eventParts(call, coordinator);
  const payload = {
    call: parts.call(),
    members: parts.members(),
    user: parts.user(callerId),
    session_id: session.id,
  };
  const audience = { memberIds: rung, toWatchers: false };
  if (type === 'notify') announce(coordinator, call, 'call.notification', payload, audience);
  else {
    const isVideo = video ?? call.settings.video?.enabled === true;
    // Official clients put the creator before the members of this event, who would be listed twice.
    const members = payload.members.filter((member) => member.user_id !== call.createdById);
    announce(coordinator, call, 'call.ring', { ...payload, members, video: isVideo }, audience);
  }
  return rung;
}

function beginRinging(
  coordinator: Coordinator,
  call: Call,
  session: CallSession,
  { rung, callerId }: { rung: readonly string[]; callerId: string },
): void {
  for (const id of rung) {
    session.ringing.add(id);
    // The outcome of an earlier ring says nothing about this one.
    session.rejectedBy.delete(id);
    session.missedBy.delete(id);
  }
  const timeoutMs = Number(call.settings.ring?.missed_call_timeout_ms ?? 0);
  if (timeoutMs <= 0 || rung.length === 0) return;
  coordinator.timers.inBackground(timeoutMs, () => {
    if (call.session === session) miss(coordinator, call, { callerId, ids: rung });
  });
}

/** Notes that a member has answered a ring, and tells the others. */
export function answer(
  coordinator: Coordinator,
  call: Call,
  userId: string,
  { how, reason }: { how: 'accepted' | 'rejected'; reason?: string | undefined },
): void {
  const session = coordinator.calls.openSession(call);
  const now = new Instant(coordinator.clock.now());
  if (how === 'accepted') {
    session.acceptedBy.set(userId, now);
    session.rejectedBy.delete(userId);
  } else session.rejectedBy.set(userId, now);
  session.missedBy.delete(userId);
  session.ringing.delete(userId);
  const parts = eventParts(call, coordinator);
  const audience = { memberIds: [...call.members.keys(), call.createdById] };
  announce(
    coordinator,
    call,
    `call.${how}`,
    { call: parts.call(), user: parts.user(userId), ...(reason === undefined ? {} : { reason }) },
    audience,
  );
  const callerGaveUp = how === 'rejected' && userId === call.createdById;
  if (callerGaveUp) miss(coordinator, call, { callerId: userId });
}

/** The members that were rung and did not answer (by default all of them) have missed the call. */
export function miss(
  coordinator: Coordinator,
  call: Call,
  { callerId, ids }: { callerId: string; ids?: readonly string[] },
): void {
  const { session } = call;
  if (session === undefined) return;
  const missed = [...session.ringing].filter((id) => ids === undefined || ids.includes(id));
  if (missed.length === 0) return;
  for (const id of missed) session.ringing.delete(id);
  for (const id of missed) session.missedBy.set(id, new Instant(coordinator.clock.now()));
  const parts = eventParts(call, coordinator);
  announce(
    coordinator,
    call,
    'call.missed',
    {
      call: parts.call(),
      members: parts.members(),
      user: parts.user(callerId),
      session_id: session.id,
      notify_user: true,
    },
    { memberIds: missed },
  );
}
