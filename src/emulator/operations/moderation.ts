import { announce, eventParts } from '../announcements/call-events.js';
import type { Call, Pin } from '../state/call.js';
import type { Coordinator } from '../state/coordinator.js';
import { type Participant, TRACK_KINDS } from '../state/participants.js';
import { Failure } from '../wire/api-failure.js';
import { SERVER_USER_FIELDS, USER_ID } from '../wire/profile.js';
import {
  bool,
  integer,
  listOf,
  optional,
  readList,
  readRecord,
  readText,
  recordWithin,
  required,
  shape,
  text,
} from '../wire/validation.js';
import { callOf, callWith } from './call-context.js';
import { ACTING_USER, actingUser, type Context, type Operation } from './operation.js';

const MAX_BLOCKED = 5_000;
const MAX_PINS = 100;

function block(context: Context): object {
  const call = callWith(context, 'block-users');
  shutOut(context, call);
  return {};
}

function shutOut({ coordinator, body, caller }: Context, call: Call): void {
  const userId = String(body.user_id);
  if (call.blocked.size >= MAX_BLOCKED) {
    throw new Failure(4, `a call has at most ${MAX_BLOCKED} blocked users`);
  }
  call.blocked.add(userId);
  const parts = eventParts(call, coordinator);
  const by = caller.userId === undefined ? {} : { blocked_by_user: parts.user(caller.userId) };
  announce(
    coordinator,
    call,
    'call.blocked_user',
    { user: parts.user(userId), ...by },
    { memberIds: [userId] },
  );
  takeOut(coordinator, call, userId);
}

/** Ends a user's presence on the media side. */
function takeOut({ participants }: Coordinator, { cid }: Call, userId: string): void {
  participants.end(participants.ofUser(cid, userId), 'kicked');
}

function unblock(context: Context): object {
  const { coordinator, body } = context;
  const call = callWith(context, 'block-users');
  const userId = String(body.user_id);
  call.blocked.delete(userId);
  const user = eventParts(call, coordinator).user(userId);
  announce(coordinator, call, 'call.unblocked_user', { user }, { memberIds: [userId] });
  return {};
}

function kick(context: Context): object {
  const { coordinator, body } = context;
  const call = callWith(context, 'kick-user');
  const userId = String(body.user_id);
  const parts = eventParts(call, coordinator);
  const byId = actingUser(context, ['kicked_by_id', 'kicked_by']);
  const by = byId === undefined ? {} : { kicked_by_user: parts.user(byId) };
  announce(
    coordinator,
    call,
    'call.kicked_user',
    { user: parts.user(userId), ...by },
    { memberIds: [userId] },
  );
  if (body.block === true) shutOut(context, call);
  takeOut(coordinator, call, userId);
  return {};
}

/** The members, and whoever else is there, but the moderator. */
function othersIn(call: Call, present: readonly Participant[], byId: string): string[] {
  const ids = new Set([...call.members.keys(), ...present.map(({ userId }) => userId)]);
  ids.delete(byId);
  return [...ids];
}

function mute(context: Context): object {
  const { coordinator, body } = context;
  const call = callWith(context, 'mute-users');
  const named = readList<string>(body, 'user_ids');
  const byId = actingUser(context, ['muted_by_id', 'muted_by']) ?? call.createdById;
  const present = coordinator.participants.ofCall(call.cid);
  const mutedIds = body.mute_all_users === true ? othersIn(call, present, byId) : named;
  announce(
    coordinator,
    call,
    'call.user_muted',
    {
      from_user_id: byId,
      muted_user_ids: mutedIds,
      reason: 'muted by a moderator',
    },
    { memberIds: mutedIds },
  );
  const kinds = TRACK_KINDS.filter((kind) => body[kind] === true);
  for (const participant of present) if (mutedIds.includes(participant.userId)) participant.mute(kinds);
  return {};
}

function pin(context: Context): object {
  const { named, isThere, others } = pinsOf(context);
  if (isThere(named)) tellPins(context, [named, ...others].slice(0, MAX_PINS));
  return {};
}

function unpin(context: Context): object {
  tellPins(context, pinsOf(context).others);
  return {};
}

/** A pin outlives the session of its user, who may come back with another one. */
function pinsOf(context: Context) {
  const { coordinator, body } = context;
  const { cid, session } = callWith(context, 'pin-for-everyone');
  const present = coordinator.participants.ofCall(cid);
  const isThere = ({ userId, sessionId }: Pin) =>
    present.some((one) => one.userId === userId && one.sessionId === sessionId);
  const named: Pin = { userId: String(body.user_id), sessionId: String(body.session_id) };
  const isMeant = (one: Pin) =>
    one.userId === named.userId && (one.sessionId === named.sessionId || !isThere(one));
  return { named, isThere, others: (session?.pins ?? []).filter((one) => !isMeant(one)) };
}

function tellPins(context: Context, pins: readonly Pin[]): void {
  const { cid, session } = callOf(context);
  if (session === undefined) return;
  session.pins = pins;
  for (const participant of context.coordinator.participants.ofCall(cid)) participant.tellPins();
}

function react(context: Context): object {
  const { coordinator, body } = context;
  const call = callWith(context, 'create-reaction');
  const reaction = {
    type: String(body.type),
    user: eventParts(call, coordinator).user(actingUser(context) ?? call.createdById),
    emoji_code: readText(body, 'emoji_code'),
    custom: readRecord(body, 'custom') ?? {},
  };
  announce(coordinator, call, 'call.reaction_new', { reaction });
  return { reaction };
}

function collectFeedback(context: Context): object {
  callWith(context, 'join-call');
  return {};
}

const USER = { user_id: required(USER_ID) };
// By whom, where a server acts.
const BY = (name: string) => ({
  [`${name}_id`]: optional(USER_ID),
  [name]: optional(shape(SERVER_USER_FIELDS)),
});
const PIN = { ...USER, session_id: required(text(255, 1)) };

export const MODERATION_OPERATIONS: readonly Operation[] = [
  {
    name: 'BlockUser',
    method: 'POST',
    path: '/call/:type/:id/block',
    mount: 'video',
    fields: USER,
    handle: block,
  },
  {
    name: 'UnblockUser',
    method: 'POST',
    path: '/call/:type/:id/unblock',
    mount: 'video',
    fields: USER,
    handle: unblock,
  },
  {
    name: 'KickUser',
    method: 'POST',
    path: '/call/:type/:id/kick',
    mount: 'video',
    fields: { ...USER, block: optional(bool), ...BY('kicked_by') },
    handle: kick,
  },
  {
    name: 'MuteUsers',
    method: 'POST',
    path: '/call/:type/:id/mute_users',
    mount: 'video',
    fields: {
      user_ids: optional(listOf(USER_ID, 1000)),
      mute_all_users: optional(bool),
      audio: optional(bool),
      video: optional(bool),
      screenshare: optional(bool),
      screenshare_audio: optional(bool),
      ...BY('muted_by'),
    },
    handle: mute,
  },
  { name: 'VideoPin', method: 'POST', path: '/call/:type/:id/pin', mount: 'video', fields: PIN, handle: pin },
  {
    name: 'VideoUnpin',
    method: 'POST',
    path: '/call/:type/:id/unpin',
    mount: 'video',
    fields: PIN,
    handle: unpin,
  },
  {
    name: 'SendVideoReaction',
    method: 'POST',
    path: '/call/:type/:id/reaction',
    mount: 'video',
    fields: {
      type: required(text(64, 1)),
      emoji_code: optional(text(64)),
      custom: optional(recordWithin),
      ...ACTING_USER,
    },
    handle: react,
  },
  {
    name: 'CollectUserFeedback',
    method: 'POST',
    path: '/call/:type/:id/feedback',
    mount: 'video',
    fields: {
      rating: required(integer(1, 5)),
      sdk: required(text(50)),
      sdk_version: required(text(50)),
      reason: optional(text(1000)),
      user_session_id: optional(text(255)),
      custom: optional(recordWithin),
    },
    handle: collectFeedback,
  },
];
