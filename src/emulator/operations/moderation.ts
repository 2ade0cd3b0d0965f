import { announce, eventParts } from '../announcements/call-events.js';
import {
  bool,
  integer,
  listAt,
  listOf,
  optional,
  record,
  recordOf,
  required,
  text,
  textOf,
} from '../wire/validation.js';
import { callWith } from './call-context.js';
import type { Context, Operation } from './operation.js';

function block(context: Context): object {
  const { coordinator, body, caller } = context;
  const call = callWith(context, 'block-users');
  const userId = String(body.user_id);
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
  return {};
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
  const { coordinator, body, caller } = context;
  const call = callWith(context, 'kick-user');
  const userId = String(body.user_id);
  if (body.block === true) call.blocked.add(userId);
  const parts = eventParts(call, coordinator);
  const by = caller.userId === undefined ? {} : { kicked_by_user: parts.user(caller.userId) };
  announce(
    coordinator,
    call,
    'call.kicked_user',
    { user: parts.user(userId), ...by },
    { memberIds: [userId] },
  );
  return {};
}

function mute(context: Context): object {
  const { coordinator, body, caller } = context;
  const call = callWith(context, 'mute-users');
  const named = listAt<string>(body, 'user_ids');
  const mutedIds = body.mute_all_users === true ? [...call.members.keys()] : named;
  announce(
    coordinator,
    call,
    'call.user_muted',
    {
      from_user_id: caller.userId ?? call.createdById,
      muted_user_ids: mutedIds,
      reason: 'muted by a moderator',
    },
    { memberIds: mutedIds },
  );
  return {};
}

function pin(context: Context): object {
  callWith(context, 'pin-for-everyone');
  return {};
}

function react(context: Context): object {
  const { coordinator, body, caller } = context;
  const call = callWith(context, 'create-reaction');
  const reaction = {
    type: String(body.type),
    user: eventParts(call, coordinator).user(caller.userId ?? call.createdById),
    emoji_code: textOf(body, 'emoji_code'),
    custom: recordOf(body, 'custom') ?? {},
  };
  announce(coordinator, call, 'call.reaction_new', { reaction });
  return { reaction };
}

function collectFeedback(context: Context): object {
  callWith(context, 'join-call');
  return {};
}

const USER = { user_id: required(text(255, 1)) };
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
    fields: { ...USER, block: optional(bool) },
    handle: kick,
  },
  {
    name: 'MuteUsers',
    method: 'POST',
    path: '/call/:type/:id/mute_users',
    mount: 'video',
    fields: {
      user_ids: optional(listOf(text(255, 1), 1000)),
      mute_all_users: optional(bool),
      audio: optional(bool),
      video: optional(bool),
      screenshare: optional(bool),
      screenshare_audio: optional(bool),
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
    handle: pin,
  },
  {
    name: 'SendVideoReaction',
    method: 'POST',
    path: '/call/:type/:id/reaction',
    mount: 'video',
    fields: { type: required(text(64, 1)), emoji_code: optional(text(64)), custom: optional(record) },
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
      custom: optional(record),
    },
    handle: collectFeedback,
  },
];
