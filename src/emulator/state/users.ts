import type { EmulatedClock } from './clock.js';
import { evictOldest } from './evict-oldest.js';
import { Instant } from './instant.js';
import type { User } from './user.js';

/** Profile fields that a client may set; undefined leaves one as it is. */
export interface Profile {
  name?: string | undefined;
  image?: string | undefined;
  language?: string | undefined;
  custom?: Record<string, unknown> | undefined;
  invisible?: boolean | undefined;
  privacySettings?: Record<string, unknown> | undefined;
  role?: string | undefined;
  teams?: string[] | undefined;
  teamsRole?: Record<string, string> | undefined;
}

const PROFILE_FIELDS = [
  'name',
  'image',
  'language',
  'custom',
  'invisible',
  'privacySettings',
  'role',
  'teams',
  'teamsRole',
] as const satisfies readonly (keyof Profile)[];

/** So many users are kept; beyond it those that were not seen for longest and are not connected are forgotten. */
export const MAX_USERS = 10_000;

// Forgetting one of these would let somebody in again.
function isBarred({ deactivatedAt, deletedAt, ban, revokeTokensIssuedBefore }: User): boolean {
  return (
    ban !== undefined ||
    deactivatedAt !== undefined ||
    deletedAt !== undefined ||
    revokeTokensIssuedBefore !== undefined
  );
}

/** The users of an application. */
export class Users {
  readonly #clock: EmulatedClock;
  readonly #isConnected: (user: User) => boolean;
  // A map and never an object: `__proto__` is an ordinary id.
  readonly #byId = new Map<string, User>();

  constructor(clock: EmulatedClock, isConnected: (user: User) => boolean) {
    this.#clock = clock;
    this.#isConnected = isConnected;
  }

  get size(): number {
    return this.#byId.size;
  }

  all(): IterableIterator<User> {
    return this.#byId.values();
  }

  find(id: string): User | undefined {
    return this.#byId.get(id);
  }

  create(id: string, profile: Profile = {}): User {
    const now = new Instant(this.#clock.now());
    const user: User = {
      id,
      role: 'user',
      name: undefined,
      image: undefined,
      language: 'en',
      custom: {},
      teams: [],
      teamsRole: undefined,
      invisible: false,
      privacySettings: undefined,
      createdAt: now,
      updatedAt: now,
      lastActive: undefined,
      deactivatedAt: undefined,
      deletedAt: undefined,
      ban: undefined,
      revokeTokensIssuedBefore: undefined,
      devices: new Map(),
      blocked: new Map(),
    };
    this.#byId.set(id, user);
    evictOldest(this.#byId, MAX_USERS, (one) => this.#isConnected(one) || isBarred(one));
    evictOldest(this.#byId, 10 * MAX_USERS, (one) => this.#isConnected(one));
    this.#assign(user, profile);
    return user;
  }

  /** Whether the user exists and was not deleted. */
  has(id: string): boolean {
    const user = this.#byId.get(id);
    return user !== undefined && user.deletedAt === undefined;
  }

  /** The user, created now when there is none. */
  require(id: string): User {
    return this.#byId.get(id) ?? this.create(id);
  }

  /** Notes that the user was seen: those that were not for longest are forgotten first. */
  use(user: User): void {
    if (!this.#byId.delete(user.id)) return;
    this.#byId.set(user.id, user);
  }

  /** Creates the user or overwrites the given fields; says whether a known user's profile differs now. */
  upsert(id: string, profile: Profile): { user: User; changed: boolean } {
    const user = this.#byId.get(id);
    if (user === undefined) return { user: this.create(id, profile), changed: false };
    const changed = this.#assign(user, profile);
    if (changed) this.touch(user);
    return { user, changed };
  }

  touch(user: User): void {
    user.updatedAt = new Instant(this.#clock.now());
  }

  remove(id: string): void {
    this.#byId.delete(id);
  }

  #assign(user: User, profile: Profile): boolean {
    let changed = false;
    for (const field of PROFILE_FIELDS) {
      const value = profile[field];
      if (value === undefined || JSON.stringify(value) === JSON.stringify(user[field])) continue;
      Object.assign(user, { [field]: value });
      changed = true;
    }
    return changed;
  }
}
