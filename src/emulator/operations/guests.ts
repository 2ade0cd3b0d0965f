import { Failure } from '../failure.js';
import type { Profile } from '../users/users.js';
import { wireUser } from '../users/wire.js';
import type { Context, Operation } from './operation.js';
import {
  type Body,
  bool,
  listAt,
  optional,
  record,
  recordOf,
  required,
  shape,
  text,
  textOf,
} from './validation.js';

export const USER_FIELDS = {
  id: required(text(255, 1)),
  name: optional(text(1024)),
  image: optional(text(4096)),
  language: optional(text(16)),
  custom: optional(record),
  invisible: optional(bool),
  privacy_settings: optional(record),
};

export function profileOf(body: Body): Profile {
  return {
    name: textOf(body, 'name'),
    image: textOf(body, 'image'),
    language: textOf(body, 'language'),
    custom: recordOf(body, 'custom'),
    invisible: body.invisible === true ? true : undefined,
    privacySettings: recordOf(body, 'privacy_settings'),
  };
}

export function serverProfileOf(body: Body): Profile {
  const teams = listAt<string>(body, 'teams');
  return { ...profileOf(body), role: textOf(body, 'role'), teams: teams.length > 0 ? [...teams] : undefined };
}

async function createGuest({ coordinator, body, dialect }: Context): Promise<object> {
  if (coordinator.app.guestUserCreationDisabled) throw new Failure(17, 'creating guests is disabled');
  if (coordinator.app.multiTenantEnabled) throw new Failure(17, 'multi-tenant applications have no guests');
  const asked = recordOf(body, 'user') ?? {};
  const id = `guest-${globalThis.crypto.randomUUID()}-${String(asked.id)}`;
  const user = coordinator.users.create(id, { ...profileOf(asked), role: 'guest' });
  const token = await coordinator.tokens.mint(id, coordinator.guestTtlSeconds, { jti: undefined });
  return { user: wireUser(user, dialect), access_token: token };
}

export const GUEST_OPERATIONS: readonly Operation[] = [
  {
    name: 'CreateGuest',
    method: 'POST',
    path: '/guest',
    mount: 'shared',
    isPublic: true,
    fields: { user: required(shape(USER_FIELDS)) },
    handle: createGuest,
  },
];
