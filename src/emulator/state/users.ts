import type { EmulatedClock } from './clock.js';
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
] as const satisfies readonly (keyof Profile)[];

export class Users {
  readonly #clock: EmulatedClock;
  // A map and never an object: `__proto__` is an ordinary id.
  readonly #byId = new Map<string, User>();

  constructor(clock: EmulatedClock) {
    this.#clock = clock;
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
      invisible: false,
      privacySettings: undefined,
      createdAt: now,
      updatedAt: now,
      lastActive: undefined,
      deactivatedAt: undefined,
      deletedAt: undefined,
      banned: false,
      revokeTokensIssuedBefore: undefined,
      devices: new Map(),
    };
    this.#byId.set(id, user);
    this.#assign(user, profile);
    return user;
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
