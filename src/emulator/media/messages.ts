import { enumeration, flag, float, list, nested, number, text, time, type ValuesOf } from './wire-format.js';

// What the media server and its clients say to each other, as far as it is spoken here. Numbers and names are those
// of the wire.

export const PEER_TYPE = { PEER_TYPE_PUBLISHER_UNSPECIFIED: 0, PEER_TYPE_SUBSCRIBER: 1 };
export const PUBLISHER = PEER_TYPE.PEER_TYPE_PUBLISHER_UNSPECIFIED;
export const SUBSCRIBER = PEER_TYPE.PEER_TYPE_SUBSCRIBER;

export const TRACK_TYPE = {
  TRACK_TYPE_AUDIO: 1,
  TRACK_TYPE_VIDEO: 2,
  TRACK_TYPE_SCREEN_SHARE: 3,
  TRACK_TYPE_SCREEN_SHARE_AUDIO: 4,
};

export const RECONNECT_STRATEGY = {
  WEBSOCKET_RECONNECT_STRATEGY_DISCONNECT: 1,
  WEBSOCKET_RECONNECT_STRATEGY_FAST: 2,
  WEBSOCKET_RECONNECT_STRATEGY_REJOIN: 3,
  WEBSOCKET_RECONNECT_STRATEGY_MIGRATE: 4,
};
export const DISCONNECT = RECONNECT_STRATEGY.WEBSOCKET_RECONNECT_STRATEGY_DISCONNECT;
export const FAST = RECONNECT_STRATEGY.WEBSOCKET_RECONNECT_STRATEGY_FAST;
export const REJOIN = RECONNECT_STRATEGY.WEBSOCKET_RECONNECT_STRATEGY_REJOIN;
export const MIGRATE = RECONNECT_STRATEGY.WEBSOCKET_RECONNECT_STRATEGY_MIGRATE;

export const UNPUBLISH_CAUSE = { userMuted: 1, permissionRevoked: 2, moderation: 3 };
export const CALL_ENDED_REASON = { ended: 1, liveEnded: 2, kicked: 3, sessionEnded: 4 };
export const REBALANCE = 2;
export const GOOD_CONNECTION = 2;

export const ERROR_CODE = {
  participantNotFound: 200,
  callNotFound: 300,
  participantLimit: 301,
  badRequest: 400,
  unauthenticated: 401,
  denied: 403,
  internal: 500,
  full: 700,
};

const trackType = (no: number) => enumeration(no, TRACK_TYPE);

const ERROR = { code: number(1), message: text(2), shouldRetry: flag(3) };

const CODEC = { name: text(10), fmtp: text(12), clockRate: number(14), payloadType: number(16) };

const PUBLISH_OPTION = {
  trackType: trackType(1),
  codec: nested(2, CODEC),
  bitrate: number(3),
  fps: number(4),
  maxSpatialLayers: number(5),
  maxTemporalLayers: number(6),
  videoDimension: nested(7, { width: number(1), height: number(2) }),
  id: number(8),
  useSingleLayer: flag(9),
};
export type PublishOption = ValuesOf<typeof PUBLISH_OPTION>;

const TRACK_INFO = { trackId: text(1), trackType: trackType(2), mid: text(6), muted: flag(10) };
export type TrackInfo = ValuesOf<typeof TRACK_INFO>;

const PARTICIPANT = {
  userId: text(1),
  sessionId: text(2),
  publishedTracks: list(trackType(3)),
  joinedAt: time(4),
  trackLookupPrefix: text(5),
  connectionQuality: number(6),
  isSpeaking: flag(7),
  isDominantSpeaker: flag(8),
  audioLevel: float(9),
  name: text(10),
  image: text(11),
  roles: list(text(13)),
};

const PIN = { userId: text(1), sessionId: text(2) };

const PARTICIPANT_COUNT = { total: number(1), anonymous: number(2) };

const CALL_STATE = {
  participants: list(nested(1, PARTICIPANT)),
  startedAt: time(2),
  participantCount: nested(3, PARTICIPANT_COUNT),
  pins: list(nested(4, PIN)),
};

const JOIN_REQUEST = {
  token: text(1),
  sessionId: text(2),
  fastReconnect: flag(6),
  reconnectDetails: nested(7, {
    strategy: enumeration(1, RECONNECT_STRATEGY),
    fromSfuId: text(6),
    previousSessionId: text(7),
  }),
};
export type JoinRequest = ValuesOf<typeof JOIN_REQUEST>;

/** What clients send on the socket: one of these. */
export const SFU_REQUEST = {
  joinRequest: nested(1, JOIN_REQUEST),
  healthCheckRequest: nested(2, {}),
  leaveCallRequest: nested(3, { sessionId: text(1), reason: text(2) }),
};

const PARTICIPANT_CHANGE = { callCid: text(1), participant: nested(2, PARTICIPANT) };

/** What clients get on the socket: one of these. */
export const SFU_EVENT = {
  subscriberOffer: nested(1, { iceRestart: flag(1), sdp: text(2), negotiationId: number(3) }),
  iceTrickle: nested(5, { peerType: enumeration(1, PEER_TYPE), iceCandidate: text(2) }),
  participantJoined: nested(10, { ...PARTICIPANT_CHANGE, isPinned: flag(3) }),
  participantLeft: nested(11, PARTICIPANT_CHANGE),
  joinResponse: nested(13, {
    callState: nested(1, CALL_STATE),
    reconnected: flag(2),
    fastReconnectDeadlineSeconds: number(3),
    publishOptions: list(nested(4, PUBLISH_OPTION)),
  }),
  healthCheckResponse: nested(14, { participantCount: nested(1, PARTICIPANT_COUNT) }),
  trackPublished: nested(16, { userId: text(1), sessionId: text(2), type: trackType(3) }),
  trackUnpublished: nested(17, {
    userId: text(1),
    sessionId: text(2),
    type: trackType(3),
    cause: number(4),
  }),
  error: nested(18, { error: nested(4, ERROR), reconnectStrategy: enumeration(5, RECONNECT_STRATEGY) }),
  callGrantsUpdated: nested(19, {
    currentGrants: nested(1, {
      canPublishAudio: flag(1),
      canPublishVideo: flag(2),
      canScreenshare: flag(3),
    }),
    message: text(2),
  }),
  goAway: nested(20, { reason: number(1) }),
  iceRestart: nested(21, { peerType: enumeration(1, PEER_TYPE) }),
  pinsUpdated: nested(22, { pins: list(nested(1, PIN)) }),
  callEnded: nested(23, { reason: number(1) }),
  participantMigrationComplete: nested(25, {}),
};
export type SfuEvent = ValuesOf<typeof SFU_EVENT>;

const SESSION_ONLY = { request: { sessionId: text(1) }, response: { error: nested(1, ERROR) } };
const ANSWERED_WITH_ERROR_4 = { error: nested(4, ERROR) };

/** The calls over HTTP, by name. */
export const RPC = {
  SetPublisher: {
    request: { sdp: text(1), sessionId: text(2), tracks: list(nested(3, TRACK_INFO)) },
    response: { sdp: text(1), sessionId: text(2), iceRestart: flag(3), error: nested(4, ERROR) },
  },
  SendAnswer: {
    request: {
      peerType: enumeration(1, PEER_TYPE),
      sdp: text(2),
      sessionId: text(3),
      negotiationId: number(4),
    },
    response: ANSWERED_WITH_ERROR_4,
  },
  IceTrickle: {
    request: { peerType: enumeration(1, PEER_TYPE), iceCandidate: text(2), sessionId: text(3) },
    response: ANSWERED_WITH_ERROR_4,
  },
  UpdateSubscriptions: {
    request: { sessionId: text(2) },
    response: ANSWERED_WITH_ERROR_4,
  },
  UpdateMuteStates: {
    request: {
      sessionId: text(1),
      muteStates: list(nested(3, { trackType: trackType(1), muted: flag(2) })),
    },
    response: ANSWERED_WITH_ERROR_4,
  },
  IceRestart: {
    request: { sessionId: text(1), peerType: enumeration(2, PEER_TYPE) },
    response: { error: nested(1, ERROR) },
  },
  SendStats: SESSION_ONLY,
  SendMetrics: SESSION_ONLY,
  StartNoiseCancellation: SESSION_ONLY,
  StopNoiseCancellation: SESSION_ONLY,
};
export type RpcName = keyof typeof RPC;
