import { Failure } from '../wire/api-failure.js';
import { MAX_USER_ID_LENGTH, readProfile, USER_FIELDS } from '../wire/profile.js';
import { wireUser } from '../wire/user.js';
import { readRecord, required, shape, text } from '../wire/validation.js';
import type { Context, Operation } from './operation.js';

// The server puts `guest-<uuid>-` before the id that was asked for.
const MAX_ASKED_LENGTH = MAX_USER_ID_LENGTH - 'guest-'.length - 36 - '-'.length;

async function createGuest({ coordinator, body, dialect }: Context): Promise<object> {
  if (coordinator.app.guestUserCreationDisabled) throw new Failure(17, 'creating guests is disabled');
  if (coordinator.app.multiTenantEnabled) throw new Failure(17, 'multi-tenant applications have no guests');
  const asked = readRecord(body, 'user') ?? {};
  const id = `guest-${globalThis.crypto.randomUUID()}-${String(asked.id)}`;
  const user = coordinator.users.create(id, { ...readProfile(asked), role: 'guest' });
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
    fields: { user: required(shape({ ...USER_FIELDS, id: required(text(MAX_ASKED_LENGTH, 1)) })) },
    handle: createGuest,
  },
];
