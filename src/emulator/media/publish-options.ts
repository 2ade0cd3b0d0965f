import { type PublishOption, TRACK_TYPE } from './messages.js';

const VP8 = { name: 'vp8', clockRate: 90_000 };
const OPUS = { name: 'opus', clockRate: 48_000, fmtp: 'minptime=10;useinbandfec=1' };
// One encoding without layers: what one client sends is what the other gets.
const ONE_LAYER = { maxSpatialLayers: 1, maxTemporalLayers: 1, useSingleLayer: true };

/** How clients encode what they publish; one for each kind, without it they refuse to. */
export const PUBLISH_OPTIONS: readonly PublishOption[] = [
  { trackType: TRACK_TYPE.TRACK_TYPE_AUDIO, id: 1, codec: OPUS, bitrate: 64_000 },
  {
    trackType: TRACK_TYPE.TRACK_TYPE_VIDEO,
    id: 2,
    codec: VP8,
    bitrate: 1_000_000,
    fps: 30,
    videoDimension: { width: 1280, height: 720 },
    ...ONE_LAYER,
  },
  {
    trackType: TRACK_TYPE.TRACK_TYPE_SCREEN_SHARE,
    id: 3,
    codec: VP8,
    bitrate: 1_000_000,
    fps: 15,
    videoDimension: { width: 1920, height: 1080 },
    ...ONE_LAYER,
  },
  { trackType: TRACK_TYPE.TRACK_TYPE_SCREEN_SHARE_AUDIO, id: 4, codec: OPUS, bitrate: 64_000 },
];
