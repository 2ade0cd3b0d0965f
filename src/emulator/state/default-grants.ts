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

// Per role and call type; `*` stands for the types not named.
type GrantMatrix = Readonly<Record<string, Readonly<Record<string, readonly Capability[]>>>>;

// Roles are those of the account and of the member; `creator` is the one who made the call and `listed` an anonymous
// caller whose call token names it.
const DEFAULT_GRANTS: GrantMatrix = {
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

/** The roles that every application has. */
export const BUILT_IN_ROLES = [
  'admin',
  'anonymous',
  'call_member',
  'guest',
  'host',
  'moderator',
  'user',
] as const;

/** The call types that every application begins with. */
export const BUILT_IN_CALL_TYPES = ['default', 'audio_room', 'livestream', 'development'] as const;

/** What each role may do on a fresh call type; one that a server makes begins as `default` does. */
export function defaultGrantsOf(callType: string): Map<string, readonly Capability[]> {
  const isBuiltIn = (BUILT_IN_CALL_TYPES as readonly string[]).includes(callType);
  const column = isBuiltIn ? callType : 'default';
  return new Map(
    Object.entries(DEFAULT_GRANTS).map(([role, row]) => [role, row[column] ?? row['*'] ?? []] as const),
  );
}
