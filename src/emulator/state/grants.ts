import type { CallTypes } from './call-types.js';
import { BUILT_IN_ROLES, type Capability } from './default-grants.js';
import type { Roles } from './roles.js';

/**
 * What each role may do: on a call type, by that type's grants and by those of the application. A fault replaces
 * both.
 */
export class Grants {
  readonly #callTypes: CallTypes;
  readonly #roles: Roles;
  readonly #ofApp = new Map<string, readonly string[]>();
  readonly #byFault = new Map<string, Map<string, readonly string[]>>();

  constructor(callTypes: CallTypes, roles: Roles) {
    this.#callTypes = callTypes;
    this.#roles = roles;
  }

  /** Whether the role exists or has grants; the holders of any other role are treated as `user`. */
  knows(role: string, callType: string): boolean {
    const hasGrants = this.#byFault.has(role) || this.#ofApp.has(role);
    return hasGrants || this.#roles.has(role) || this.#callTypes.find(callType)?.grants.has(role) === true;
  }

  of(role: string, callType: string): readonly string[] {
    const faults = this.#byFault.get(role);
    const replaced = faults?.get(callType) ?? faults?.get('*');
    if (replaced !== undefined) return replaced;
    const ofType = this.#callTypes.find(callType)?.grants.get(role) ?? [];
    const ofApp = this.#ofApp.get(role) ?? [];
    return ofApp.length === 0 ? ofType : [...new Set([...ofType, ...ofApp])];
  }

  /** The grants of each role on a call type, as events of calls carry them. */
  byRole(callType: string): Record<string, readonly string[]> {
    const names = ['user', 'guest', 'host', 'moderator', 'call_member', 'admin'];
    return Object.fromEntries(names.map((role) => [role, this.of(role, callType)]));
  }

  /** The grants of the application itself, for every role. */
  ofApp(): Record<string, readonly string[]> {
    const names = [...new Set([...BUILT_IN_ROLES, ...this.#roles.custom(), ...this.#ofApp.keys()])];
    return Object.fromEntries(names.map((role) => [role, this.#ofApp.get(role) ?? []]));
  }

  setOfApp(role: string, permissions: readonly string[]): void {
    this.#ofApp.set(role, [...permissions]);
  }

  forgetOfApp(role: string): void {
    this.#ofApp.delete(role);
  }

  /** Replaces the grants of a role, for one call type or for all (`*`), until `reset()`. */
  replace(role: string, callType: string, capabilities: readonly Capability[]): void {
    const row = this.#byFault.get(role) ?? new Map<string, readonly string[]>();
    this.#byFault.set(role, row.set(callType, [...capabilities]));
  }

  /** Takes the replacements back. */
  reset(): void {
    this.#byFault.clear();
  }
}
