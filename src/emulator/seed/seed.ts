/** A user of a seed. What is left out stays as it is, or as a new user has it. */
export interface SeedUser {
  /** 1 to 255 characters. */
  id: string;
  /** The name that others see. @default none */
  name?: string | undefined;
  /** The address of a picture. @default none */
  image?: string | undefined;
  /** A two-letter code. @default none */
  language?: string | undefined;
  /** A built-in role, or one of the seed or of the emulator. @default 'user' */
  role?: string | undefined;
  /** The teams that the user belongs to. @default none */
  teams?: readonly string[] | undefined;
  /** The role by team, where it differs. @default none */
  teams_role?: Readonly<Record<string, string>> | undefined;
  /** Whether others see the user as offline. @default false */
  invisible?: boolean | undefined;
  /** As the coordinator keeps them. @default none */
  privacy_settings?: Readonly<Record<string, unknown>> | undefined;
  /** The application's own data. @default {} */
  custom?: Readonly<Record<string, unknown>> | undefined;
  /** Whether the user is banned from the application. @default false */
  banned?: boolean | undefined;
  /** Whether the user is refused until it is reactivated. @default false */
  deactivated?: boolean | undefined;
  /** Whether the user is deleted. @default false */
  deleted?: boolean | undefined;
  /** RFC 3339. */
  revoke_tokens_issued_before?: string | undefined;
}

/** A call type of a seed: a new one begins as `default` does, a known one is changed. */
export interface SeedCallType {
  /** The name; calls are made as `name:id`. */
  name: string;
  /** Settings by group, laid over those that are there. */
  settings?: Readonly<Record<string, unknown>> | undefined;
  /** Replaces the grants of the roles that it names. */
  grants?: Readonly<Record<string, readonly string[]>> | undefined;
  /** As the coordinator keeps them. */
  notification_settings?: Readonly<Record<string, unknown>> | undefined;
}

/** A member of a call of a seed. */
export interface SeedMember {
  /** Who it is. */
  user_id: string;
  /** The role in this call. @default none, which the coordinator takes as `user` */
  role?: string | undefined;
  /** The application's own data. @default {} */
  custom?: Readonly<Record<string, unknown>> | undefined;
}

/** A call of a seed. Its creator, members and blocked users are created where the seed does not list them. */
export interface SeedCall {
  /** A call type, of the application or of the seed. */
  type: string;
  /** 1 to 64 characters. */
  id: string;
  /** Whose call it is. */
  created_by_id: string;
  /** Its members; those that are not listed stay. */
  members?: readonly SeedMember[] | undefined;
  /** Who may not enter. */
  blocked_user_ids?: readonly string[] | undefined;
  /** The application's own data. @default {} */
  custom?: Readonly<Record<string, unknown>> | undefined;
  /** Settings that differ from those of the type. */
  settings_override?: Readonly<Record<string, unknown>> | undefined;
  /** The team that the call belongs to. */
  team?: string | undefined;
  /** The chat channel that belongs to the call. */
  channel_cid?: string | undefined;
  /** RFC 3339. */
  starts_at?: string | undefined;
  /** RFC 3339: the call is over. */
  ended_at?: string | undefined;
  /** Whether the call is not live yet. @default as the settings of the call say */
  backstage?: boolean | undefined;
}

/**
 * What an emulator can begin with or be given later, in the names of the wire. Everything is optional; lists are
 * applied in the order of this type, so a call may use a call type of the same seed.
 */
export interface Seed {
  /** Names of custom roles. */
  roles?: readonly string[] | undefined;
  /** Permissions by role, for all call types; replaces those of the roles that it names. */
  grants?: Readonly<Record<string, readonly string[]>> | undefined;
  /** Users, by id. */
  users?: readonly SeedUser[] | undefined;
  /** Call types, by name. */
  call_types?: readonly SeedCallType[] | undefined;
  /** Calls, by type and id. */
  calls?: readonly SeedCall[] | undefined;
}

/** The state of an emulator in the form of a seed: another emulator that is given it has the same. */
export interface SeedSnapshot extends Seed {
  /** Custom roles. */
  readonly roles: readonly string[];
  /** Permissions by role. */
  readonly grants: Readonly<Record<string, readonly string[]>>;
  /** All users. */
  readonly users: readonly SeedUser[];
  /** All call types. */
  readonly call_types: readonly SeedCallType[];
  /** All calls, with their members. */
  readonly calls: readonly SeedCall[];
}
