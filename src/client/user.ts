import { describeType } from '../shared/describe-value.js';
import { refuse } from '../shared/refuse.js';
import { ANONYMOUS_ID } from '../shared/token-format.js';
import { deepFreeze } from './freeze.js';

/** What the coordinator may know about a user besides the id. */
export interface UserDetails {
  /** The name that others see. @default none */
  name?: string | undefined;
  /** The address of a picture. @default none */
  image?: string | undefined;
  /** Data of the app's own, as JSON. @default none */
  custom?: Record<string, any> | undefined;
}

/** A user of the app, with tokens minted by the app's server. */
export interface AuthenticatedUser extends UserDetails {
  /** The id that the token carries as its `user_id`. */
  id: string;
  /** May be left out. @default 'authenticated' */
  type?: 'authenticated' | undefined;
}

/** A temporary user that the coordinator creates; the id it assigns contains the one asked for. */
export interface GuestUser extends UserDetails {
  /** What the assigned id is to contain. */
  id: string;
  /** Says that the coordinator creates this user. */
  type: 'guest';
}

/** Nobody in particular: may hold a call token, has no socket. */
export interface AnonymousUser {
  /** Says that the user is nobody in particular. */
  type: 'anonymous';
  /** The id of every anonymous user. @default '!anon' */
  id?: '!anon' | undefined;
}

/** A user of any kind, as `StreamVideo.create` takes it. */
export type UserInput = AuthenticatedUser | GuestUser | AnonymousUser;

/** A user as the client holds it: a frozen copy, with the identity that the server knows. */
export interface KnownUser {
  /** The id at the coordinator; a guest's is the assigned one. */
  readonly id: string;
  /** What kind of user it is. */
  readonly type: 'authenticated' | 'guest' | 'anonymous';
  /** The name that others see. */
  readonly name?: string;
  /** The address of a picture. */
  readonly image?: string;
  /** Data of the app's own. */
  readonly custom?: Readonly<Record<string, unknown>>;
}

/** Makes users of each kind. */
export const User = Object.freeze({
  /**
   * A guest, for `StreamVideo.create`. Makes no request.
   *
   * @example
   * const streamVideo = await StreamVideo.create({ apiKey, user: User.guest('martin') });
   */
  guest(id: string, details: UserDetails = {}): GuestUser {
    return { ...details, id, type: 'guest' };
  },
  /** The anonymous user. */
  anonymous: Object.freeze({ type: 'anonymous', id: ANONYMOUS_ID }) as AnonymousUser,
});

function copyCustom(custom: unknown): Readonly<Record<string, unknown>> {
  if (typeof custom !== 'object' || custom === null || Array.isArray(custom)) {
    return refuse(
      'invalid_user',
      `user.custom must be an object, not ${describeType(custom)}`,
      'Keep to plain data in user.custom.',
    );
  }
  try {
    return deepFreeze(JSON.parse(JSON.stringify(custom)));
  } catch (cause) {
    return refuse(
      'invalid_user',
      'user.custom cannot be written as JSON',
      'Keep to plain data in user.custom.',
      cause,
    );
  }
}

/** What the coordinator is told of a user. */
export function detailsOf({ id, name, image, custom }: KnownUser): object {
  return { id, name, image, custom };
}

/** Checks what the app passed as its user and copies it; what was passed is never touched or kept. */
export function readUser(input: unknown): KnownUser {
  if (typeof input !== 'object' || input === null) {
    return refuse(
      'invalid_user',
      `user must be an object, not ${describeType(input)}`,
      "Pass { id: '...' }, User.guest('...') or User.anonymous.",
    );
  }
  const { id, type = 'authenticated', name, image, custom } = input as Record<string, unknown>;
  if (type === 'anonymous') {
    return id === undefined || id === ANONYMOUS_ID
      ? Object.freeze({ id: ANONYMOUS_ID, type })
      : refuse('invalid_user', 'An anonymous user has no id of its own', 'Pass User.anonymous.');
  }
  if (type !== 'authenticated' && type !== 'guest') {
    return refuse('invalid_user', 'user.type is unknown', "Leave it out, or pass 'guest' or 'anonymous'.");
  }
  if (typeof id !== 'string' || id.trim() === '') {
    return refuse(
      'invalid_user',
      `user.id must be a string that is not empty, not ${describeType(id)}`,
      'Pass the user_id of the token, as a string.',
    );
  }
  if (id === ANONYMOUS_ID) {
    return refuse('invalid_user', `"${ANONYMOUS_ID}" is the id of anonymous users`, 'Pass User.anonymous.');
  }
  for (const [key, value] of Object.entries({ name, image })) {
    if (value !== undefined && value !== null && typeof value !== 'string') {
      refuse(
        'invalid_user',
        `user.${key} must be a string, not ${describeType(value)}`,
        `Pass user.${key} as a string.`,
      );
    }
  }
  return Object.freeze({
    id,
    type,
    ...(typeof name === 'string' && { name }),
    ...(typeof image === 'string' && { image }),
    ...(custom !== undefined && custom !== null && { custom: copyCustom(custom) }),
  });
}
