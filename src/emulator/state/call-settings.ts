/** The settings of a call: groups of plain values. */
export type CallSettings = Record<string, Record<string, unknown>>;

const COMMON: CallSettings = {
  audio: {
    access_request_enabled: true,
    default_device: 'speaker',
    hifi_audio_enabled: false,
    mic_default_on: true,
    opus_dtx_enabled: true,
    redundant_coding_enabled: true,
    speaker_default_on: true,
    noise_cancellation: { mode: 'available' },
  },
  backstage: { enabled: false, join_ahead_time_seconds: 0 },
  broadcasting: {
    enabled: true,
    hls: { auto_on: false, enabled: true, quality_tracks: ['720p'] },
    rtmp: { enabled: true, quality: '720p' },
  },
  encryption: { mode: 'disabled' },
  frame_recording: { mode: 'disabled', capture_interval_in_seconds: 10, quality: '360p' },
  geofencing: { names: [] },
  individual_recording: { mode: 'disabled', output_types: [] },
  ingress: { enabled: false },
  limits: { max_participants_exclude_roles: [] },
  raw_recording: { mode: 'disabled' },
  recording: { mode: 'available', audio_only: false, quality: '720p' },
  ring: { incoming_call_timeout_ms: 15_000, auto_cancel_timeout_ms: 15_000, missed_call_timeout_ms: 15_000 },
  screensharing: { enabled: true, access_request_enabled: true },
  session: { inactivity_timeout_seconds: 30 },
  thumbnails: { enabled: false },
  transcription: { mode: 'available', closed_caption_mode: 'available', language: 'auto' },
  video: {
    enabled: true,
    access_request_enabled: true,
    camera_default_on: true,
    camera_facing: 'front',
    target_resolution: { width: 2560, height: 1440, bitrate: 5_000_000 },
  },
};

const FULL_HD = { width: 1920, height: 1080, bitrate: 3_000_000 };
const NO_RINGING = { incoming_call_timeout_ms: 0, auto_cancel_timeout_ms: 0 };

// What each call type of a fresh application changes.
const BY_TYPE = new Map<string, CallSettings>([
  ['default', { audio: { default_device: 'earpiece' } }],
  [
    'audio_room',
    {
      audio: { mic_default_on: false },
      backstage: { enabled: true },
      video: { enabled: false, camera_default_on: false },
      screensharing: { enabled: false, access_request_enabled: false },
      ring: NO_RINGING,
    },
  ],
  [
    'livestream',
    {
      audio: { access_request_enabled: false, mic_default_on: false },
      backstage: { enabled: true },
      video: { target_resolution: FULL_HD },
      screensharing: { access_request_enabled: false },
      ring: NO_RINGING,
    },
  ],
  ['development', { audio: { default_device: 'earpiece' }, video: { target_resolution: FULL_HD } }],
]);

function isGroup(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

type Group = Readonly<Record<string, unknown>>;

/** A new object: the override laid over the base, groups within groups; null leaves a field as it is. */
export function mergeDeep(base: Group, override: Group): Record<string, unknown> {
  const result = { ...base };
  for (const [key, value] of Object.entries(override)) {
    const held = Object.hasOwn(base, key) ? base[key] : undefined;
    if (value === null || value === undefined || key === '__proto__') continue;
    result[key] = isGroup(held) && isGroup(value) ? mergeDeep(held, value) : value;
  }
  return result;
}

/** Whether settings have such a group. */
export function isSettingsGroup(name: string): boolean {
  return Object.hasOwn(COMMON, name);
}

// Only groups that exist: what the wire does not know is not invented.
function knownGroups(override: unknown): CallSettings {
  if (!isGroup(override)) return {};
  const known = Object.entries(override).filter(
    ([group, value]) => Object.hasOwn(COMMON, group) && isGroup(value),
  );
  return Object.fromEntries(known) as CallSettings;
}

/** The settings with an override laid over them; a new object. */
export function overrideSettings(settings: CallSettings, override: unknown): CallSettings {
  return mergeDeep(settings, knownGroups(override)) as CallSettings;
}

/** Two overrides as one; the later counts. */
export function mergeSettings(earlier: CallSettings, later: unknown): CallSettings {
  return mergeDeep(earlier, knownGroups(later)) as CallSettings;
}

/** The settings of a fresh call type; one that a server makes begins as `default` does. */
export function settingsOfType(type: string): CallSettings {
  return overrideSettings(structuredClone(COMMON), BY_TYPE.get(type) ?? BY_TYPE.get('default'));
}
