import { type CallSettings, mergeDeep, overrideSettings, settingsOfType } from './call-settings.js';
import type { EmulatedClock } from './clock.js';
import { BUILT_IN_CALL_TYPES, defaultGrantsOf } from './default-grants.js';
import { Instant } from './instant.js';

/** A call type as the coordinator keeps it. */
export interface CallType {
  readonly name: string;
  settings: CallSettings;
  readonly grants: Map<string, readonly string[]>;
  notificationSettings: Readonly<Record<string, unknown>>;
  externalStorage: string | undefined;
  readonly createdAt: Instant;
  updatedAt: Instant;
}

/** What a server may set on a call type; undefined leaves a field as it is. */
export interface CallTypeChange {
  settings?: unknown;
  grants?: Readonly<Record<string, readonly string[]>> | undefined;
  notificationSettings?: Readonly<Record<string, unknown>> | undefined;
  externalStorage?: string | undefined;
}

const NOTIFICATIONS = [
  'call_live_started',
  'call_missed',
  'call_notification',
  'call_ring',
  'session_started',
];

function defaultNotifications(): Record<string, unknown> {
  const each = NOTIFICATIONS.map((name) => [name, { enabled: true, apns: { title: '', body: '' }, fcm: {} }]);
  return { enabled: true, ...Object.fromEntries(each) };
}

/** The call types of an application: the four that each application begins with, and those made by its server. */
export class CallTypes {
  readonly #clock: EmulatedClock;
  readonly #byName = new Map<string, CallType>();

  constructor(clock: EmulatedClock) {
    this.#clock = clock;
    for (const name of BUILT_IN_CALL_TYPES) this.create(name);
  }

  get size(): number {
    return this.#byName.size;
  }

  all(): CallType[] {
    return [...this.#byName.values()];
  }

  find(name: string): CallType | undefined {
    return this.#byName.get(name);
  }

  /** A new type; what it is not given is as on `default`. */
  create(name: string, change: CallTypeChange = {}): CallType {
    const now = new Instant(this.#clock.now());
    const type: CallType = {
      name,
      settings: settingsOfType(name),
      grants: defaultGrantsOf(name),
      notificationSettings: defaultNotifications(),
      externalStorage: undefined,
      createdAt: now,
      updatedAt: now,
    };
    this.#byName.set(name, type);
    this.update(type, change);
    return type;
  }

  update(type: CallType, { settings, grants, notificationSettings, externalStorage }: CallTypeChange): void {
    type.settings = overrideSettings(type.settings, settings);
    for (const [role, permissions] of Object.entries(grants ?? {})) type.grants.set(role, [...permissions]);
    type.notificationSettings = mergeDeep(type.notificationSettings, notificationSettings ?? {});
    type.externalStorage = externalStorage ?? type.externalStorage;
    type.updatedAt = new Instant(this.#clock.now());
  }

  remove(type: CallType): void {
    this.#byName.delete(type.name);
  }
}
