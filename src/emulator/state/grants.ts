const PUBLISH = ['send-audio', 'send-video', 'screenshare'] as const;
const CHANGE = ['end-call', 'update-call', 'update-call-settings', 'change-max-duration'] as const;
const MODERATE = [
  'mute-users',
  'block-users',
  'kick-user',
  'remove-call-member',
  'update-call-member',
  'update-call-permissions',
  'pin-for-everyone',
] as const;
const ENTER_CLOSED = ['join-backstage', 'join-ended-call'] as const;
const RUN = [
  'start-broadcast-call',
  'stop-broadcast-call',
  'start-closed-captions-call',
  'stop-closed-captions-call',
  'start-frame-record-call',
  'stop-frame-record-call',
  'start-individual-record-call',
  'stop-individual-record-call',
  'start-raw-record-call',
  'stop-raw-record-call',
  'start-record-call',
  'stop-record-call',
  'start-transcription-call',
  'stop-transcription-call',
] as const;
const PARTICIPATE = ['create-reaction', 'enable-noise-cancellation', 'send-closed-captions-call'] as const;

/** Everything that a caller may be allowed to do with a call. */
export const CAPABILITIES = [
  'read-call',
  'join-call',
  'create-call',
  ...PUBLISH,
  ...PARTICIPATE,
  ...CHANGE,
  ...MODERATE,
  ...ENTER_CLOSED,
  ...RUN,
] as const;

export type Capability = (typeof CAPABILITIES)[number];

const STEER: readonly Capability[] = [...CHANGE, ...MODERATE, ...ENTER_CLOSED, ...RUN];
const LEAD: readonly Capability[] = CAPABILITIES;
const VIEW: readonly Capability[] = ['read-call', 'join-call'];
const ATTEND: readonly Capability[] = [...VIEW, ...PARTICIPATE];

/** Grants per role and call type; `*` stands for the types not named. */
export type GrantMatrix = Readonly<Record<string, Readonly<Record<string, readonly Capability[]>>>>;

/**
 * The default grants. Roles are those of the account and of the member; `creator` is the one who made the call and
 * `listed` an anonymous caller whose call token names it.
 */
export const DEFAULT_GRANTS: GrantMatrix = {
  anonymous: { livestream: VIEW, '*': [] },
  listed: { '*': VIEW },
  guest: {
    default: [...ATTEND, ...PUBLISH],
    development: [...ATTEND, ...PUBLISH],
    audio_room: ATTEND,
    livestream: ATTEND,
    '*': ['read-call'],
  },
  user: {
    default: [...ATTEND, ...PUBLISH, 'create-call'],
    development: LEAD,
    '*': [...ATTEND, 'create-call'],
  },
  call_member: { '*': [] },
  creator: { '*': STEER },
  host: { '*': LEAD },
  moderator: { '*': LEAD },
  admin: { '*': LEAD },
};

/** The grants in force: the defaults, and what a test has changed. */
export class Grants {
  readonly #changed = new Map<string, Map<string, readonly Capability[]>>();

  knows(role: string): boolean {
    return this.#changed.has(role) || Object.hasOwn(DEFAULT_GRANTS, role);
  }

  of(role: string, callType: string): readonly Capability[] {
    const changed = this.#changed.get(role);
    const own = changed?.get(callType) ?? changed?.get('*');
    if (own !== undefined) return own;
    const row = Object.hasOwn(DEFAULT_GRANTS, role) ? DEFAULT_GRANTS[role] : undefined;
    return (row !== undefined && Object.hasOwn(row, callType) ? row[callType] : row?.['*']) ?? [];
  }

  /** Replaces the grants of a role, for one call type or for all (`*`). */
  set(role: string, callType: string, capabilities: readonly Capability[]): void {
    const row = this.#changed.get(role) ?? new Map<string, readonly Capability[]>();
    this.#changed.set(role, row.set(callType, [...capabilities]));
  }

  reset(): void {
    this.#changed.clear();
  }
}
