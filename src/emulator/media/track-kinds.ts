import type { Capability } from '../state/default-grants.js';
import type { TrackKind } from '../state/participants.js';
import { TRACK_TYPE } from './messages.js';

interface TrackRule {
  readonly type: number;
  readonly kind: TrackKind;
  /** What one needs to send it. */
  readonly capability: Capability;
}

export const TRACK_RULES: readonly TrackRule[] = [
  { type: TRACK_TYPE.TRACK_TYPE_AUDIO, kind: 'audio', capability: 'send-audio' },
  { type: TRACK_TYPE.TRACK_TYPE_VIDEO, kind: 'video', capability: 'send-video' },
  { type: TRACK_TYPE.TRACK_TYPE_SCREEN_SHARE, kind: 'screenshare', capability: 'screenshare' },
  { type: TRACK_TYPE.TRACK_TYPE_SCREEN_SHARE_AUDIO, kind: 'screenshare_audio', capability: 'screenshare' },
];

export function ruleOf(type: number | undefined): TrackRule | undefined {
  return TRACK_RULES.find((rule) => rule.type === type);
}
