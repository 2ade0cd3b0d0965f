import type { Open } from './users.js';

/** Whether something can be started, cannot, or starts by itself. */
export type SettingMode = 'available' | 'disabled' | 'auto-on' | (string & {});

interface Resolution extends Open {
  /** In pixels. */
  width: number;
  /** In pixels. */
  height: number;
  /** In bits per second. */
  bitrate?: number;
}

/** How a call behaves: its type's settings, with what was overridden for this call. */
export interface CallSettingsResponse extends Open {
  /** Microphones and speakers. */
  audio: Open & {
    access_request_enabled: boolean;
    default_device: 'speaker' | 'earpiece' | (string & {});
    hifi_audio_enabled: boolean;
    mic_default_on: boolean;
    opus_dtx_enabled: boolean;
    redundant_coding_enabled: boolean;
    speaker_default_on: boolean;
    noise_cancellation?: { mode: SettingMode };
  };
  /** Whether the call begins hidden. */
  backstage: Open & { enabled: boolean; join_ahead_time_seconds?: number };
  /** HLS and RTMP. */
  broadcasting: Open & {
    enabled: boolean;
    hls: Open & { auto_on: boolean; enabled: boolean; quality_tracks: string[] };
    rtmp: Open & { enabled: boolean; quality: string };
  };
  /** End-to-end encryption. */
  encryption: Open & { mode: SettingMode };
  /** Single pictures. */
  frame_recording: Open & { capture_interval_in_seconds: number; mode: SettingMode; quality?: string };
  /** Where the media servers are. */
  geofencing: Open & { names: string[] };
  /** One file for each participant. */
  individual_recording: Open & { mode: SettingMode; output_types?: string[] };
  /** How many, and how long. */
  limits: Open & {
    max_participants_exclude_roles: string[];
    max_duration_seconds?: number;
    max_participants?: number;
    max_participants_exclude_owner?: boolean;
  };
  /** Unmixed media. */
  raw_recording: Open & { mode: SettingMode; audio_only?: boolean };
  /** One file for all. */
  recording: Open & { audio_only: boolean; mode: SettingMode; quality: string };
  /** How long it rings, in milliseconds; 0 is off. */
  ring: Open & {
    auto_cancel_timeout_ms: number;
    incoming_call_timeout_ms: number;
    missed_call_timeout_ms: number;
  };
  /** Sharing of screens. */
  screensharing: Open & {
    enabled: boolean;
    access_request_enabled: boolean;
    target_resolution?: Resolution;
  };
  /** When an empty session ends. */
  session: Open & { inactivity_timeout_seconds: number };
  /** Pictures of the call. */
  thumbnails: Open & { enabled: boolean };
  /** Transcripts and captions. */
  transcription: Open & {
    mode: SettingMode;
    closed_caption_mode: SettingMode;
    language: string;
    translation?: object;
    speech_segment_config?: object;
  };
  /** Cameras. */
  video: Open & {
    enabled: boolean;
    access_request_enabled: boolean;
    camera_default_on: boolean;
    camera_facing: 'front' | 'back' | 'external' | (string & {});
    target_resolution: Resolution;
  };
  /** Streaming into the call. */
  ingress?: Open & { enabled: boolean };
}
