import { ACTIVITY_OPERATIONS } from './activities.js';
import { APPLICATION_OPERATIONS } from './application.js';
import { BAN_OPERATIONS } from './bans.js';
import { BLOCK_LIST_OPERATIONS } from './block-lists.js';
import { BLOCKED_USER_OPERATIONS } from './blocked-users.js';
import { CALL_TYPE_OPERATIONS } from './call-types.js';
import { CALL_OPERATIONS } from './calls.js';
import { DEVICE_OPERATIONS } from './devices.js';
import { GUEST_OPERATIONS } from './guests.js';
import { INTEGRATION_OPERATIONS } from './integrations.js';
import { MEMBER_OPERATIONS } from './members.js';
import { MODERATION_OPERATIONS } from './moderation.js';
import type { Operation } from './operation.js';
import { QUERY_OPERATIONS } from './queries.js';
import { RINGING_OPERATIONS } from './ringing.js';
import { ROLE_OPERATIONS } from './roles.js';
import { STATISTICS_OPERATIONS } from './statistics.js';
import { SURROUNDING_OPERATIONS } from './surroundings.js';
import { USER_OPERATIONS } from './users.js';

/** Every endpoint that the emulator serves. */
export const OPERATIONS: readonly Operation[] = [
  ...GUEST_OPERATIONS,
  ...SURROUNDING_OPERATIONS,
  ...DEVICE_OPERATIONS,
  ...USER_OPERATIONS,
  ...BLOCKED_USER_OPERATIONS,
  ...BAN_OPERATIONS,
  ...INTEGRATION_OPERATIONS,
  ...APPLICATION_OPERATIONS,
  ...CALL_TYPE_OPERATIONS,
  ...ROLE_OPERATIONS,
  ...BLOCK_LIST_OPERATIONS,
  // Before the calls: `/call/members` is no call.
  ...QUERY_OPERATIONS,
  ...STATISTICS_OPERATIONS,
  ...MEMBER_OPERATIONS,
  ...MODERATION_OPERATIONS,
  ...ACTIVITY_OPERATIONS,
  ...RINGING_OPERATIONS,
  ...CALL_OPERATIONS,
];
