/** A user of a seed. What is left out stays as it is, or as a new user has it. */
export interface SeedUser {
  id: string;
  name?: string | undefined;
  image?: string | undefined;
  language?: string | undefined;
  /** A built-in role, or one of the seed or of the emulator. @default 'user' */
  role?: string | undefined;
  teams?: readonly string[] | undefined;
  teams_role?: Readonly<Record<string, string>> | undefined;
  invisible?: boolean | undefined;
  privacy_settings?: Readonly<Record<string, unknown>> | undefined;
  custom?: Readonly<Record<string, unknown>> | undefined;
  banned?: boolean | undefined;
  deactivated?: boolean | undefined;
  deleted?: boolean | undefined;
  /** RFC 3339. */
  revoke_tokens_issued_before?: string | undefined;
}

/** A call type of a seed: a new one begins as `default` does, a known one is changed. */
export interface SeedCallType {
  name: string;
  settings?: Readonly<Record<string, unknown>> | undefined;
  /** Replaces the grants of the roles that it names. */
  grants?: Readonly<Record<string, readonly string[]>> | undefined;
  notification_settings?: Readonly<Record<string, unknown>> | undefined;
}

/** A member of a call of a seed. */
export interface SeedMember {
  user_id: string;
  role?: string | undefined;
  custom?: Readonly<Record<string, unknown>> | undefined;
}

/** A call of a seed. Its creator, members and blocked users are created where the seed does not list them. */
export interface SeedCall {
  type: string;
  id: string;
  created_by_id: string;
  members?: readonly SeedMember[] | undefined;
  blocked_user_ids?: readonly string[] | undefined;
  custom?: Readonly<Record<string, unknown>> | undefined;
  settings_override?: Readonly<Record<string, unknown>> | undefined;
  team?: string | undefined;
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
  users?: readonly SeedUser[] | undefined;
  call_types?: readonly SeedCallType[] | undefined;
  calls?: readonly SeedCall[] | undefined;
}

/** The state of an emulator in the form of a seed: another emulator that is given it has the same. */
export interface SeedSnapshot extends Seed {
  readonly roles: readonly string[];
  readonly grants: Readonly<Record<string, readonly string[]>>;
  readonly users: readonly SeedUser[];
  readonly call_types: readonly SeedCallType[];
  readonly calls: readonly SeedCall[];
}
