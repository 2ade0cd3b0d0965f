import { announce, eventParts } from '../announcements/call-events.js';
import type { Call } from '../state/call.js';
import type { Coordinator } from '../state/coordinator.js';
import { Instant } from '../state/instant.js';

interface RingOptions {
  type: 'ring' | 'notify';
  callerId: string;
  /** Only these members; default all. */
  memberIds?: readonly string[] | undefined;
  video?: boolean | undefined;
}

/** Rings or notifies the members of a call; returns the ids of those rung. */
export function ring(
  coordinator: Coordinator,
  call: Call,
  { type, callerId, memberIds, video }: RingOptions,
): string[] {
  const { session } = coordinator.calls.openSession(call);
  const asked = memberIds ?? [...call.members.keys()];
  const rung = asked.filter((id) => call.members.has(id));
  if (type === 'ring') for (const id of rung) if (id !== callerId) session.ringing.add(id);
  const parts = eventParts(call, coordinator);
  const payload = {
    call: parts.call(),
    members: parts.members(),
    user: parts.user(callerId),
    session_id: session.id,
  };
  if (type === 'notify') announce(coordinator, call, 'call.notification', payload, { memberIds: rung });
  else {
    const isVideo = video ?? call.settings.video?.enabled === true;
    announce(coordinator, call, 'call.ring', { ...payload, video: isVideo }, { memberIds: rung });
  }
  return rung;
}

/** Notes that a member has answered a ring, and tells the others. */
export function answer(
  coordinator: Coordinator,
  call: Call,
  userId: string,
  { how, reason }: { how: 'accepted' | 'rejected'; reason?: string | undefined },
): void {
  const { session } = coordinator.calls.openSession(call);
  const now = new Instant(coordinator.clock.now());
  if (how === 'accepted') {
    session.acceptedBy.set(userId, now);
    session.rejectedBy.delete(userId);
  } else session.rejectedBy.set(userId, now);
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
  if (callerGaveUp) missAll(coordinator, call, userId);
}

/** The members that were rung and did not answer have missed the call. */
export function missAll(coordinator: Coordinator, call: Call, callerId: string): void {
  const { session } = call;
  if (session === undefined || session.ringing.size === 0) return;
  const missed = [...session.ringing];
  session.ringing.clear();
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
