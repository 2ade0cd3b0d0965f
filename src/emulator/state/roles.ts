import type { EmulatedClock } from './clock.js';
import { BUILT_IN_ROLES } from './default-grants.js';
import { Instant } from './instant.js';

export interface Role {
  readonly name: string;
  readonly isCustom: boolean;
  readonly createdAt: Instant;
}

/** The roles of an application: the built-in ones, and those made by its server. */
export class Roles {
  readonly #clock: EmulatedClock;
  readonly #byName = new Map<string, Role>();

  constructor(clock: EmulatedClock) {
    this.#clock = clock;
    for (const name of BUILT_IN_ROLES) this.#add(name, false);
  }

  all(): Role[] {
    return [...this.#byName.values()];
  }

  custom(): string[] {
    return this.all()
      .filter(({ isCustom }) => isCustom)
      .map(({ name }) => name);
  }

  has(name: string): boolean {
    return this.#byName.has(name);
  }

  find(name: string): Role | undefined {
    return this.#byName.get(name);
  }

  create(name: string): Role {
    return this.#add(name, true);
  }

  remove(name: string): void {
    this.#byName.delete(name);
  }

  #add(name: string, isCustom: boolean): Role {
    const role = { name, isCustom, createdAt: new Instant(this.#clock.now()) };
    this.#byName.set(name, role);
    return role;
  }
}
