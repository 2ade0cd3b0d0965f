/**
 * The client: users, guests and anonymous viewers, their tokens, requests, the socket and calls.
 *
 * @module stream-video-auth
 */
export type {
  CallErrorCode,
  ConfigurationErrorCode,
  ConnectionErrorCode,
  InvalidTokenErrorCode,
  StreamVideoErrorCode,
  TokenExpiredErrorCode,
  TokenProviderErrorCode,
} from '../shared/error-codes.js';
export {
  type AnyStreamVideoError,
  ApiError,
  CallError,
  ConfigurationError,
  ConnectionError,
  InvalidTokenError,
  MissingPermissionError,
  type RateLimit,
  SessionEndedError,
  StreamVideoError,
  TokenExpiredError,
  TokenProviderError,
  UnauthorizedError,
} from '../shared/errors.js';
export type {
  CallData,
  CallDetails,
  CallEnvelope,
  CallPermission,
  CallResponse,
  CallSessionResponse,
  CallSettingsResponse,
  DeviceResponse,
  DurationResponse,
  GetOrCreateCallResponse,
  GoLiveRequest,
  JoinCallResponse,
  JoinCredentials,
  LiveResponse,
  MemberRequest,
  MemberResponse,
  MembersResponse,
  OwnCapability,
  OwnUserResponse,
  Page,
  ParticipantResponse,
  QueryMembersResponse,
  RingCallResponse,
  RingOutcomes,
  SettingMode,
  SortParam,
  StopLiveRequest,
  UpdateCallRequest,
  UserResponse,
} from './api-types.js';
export type { Auth } from './auth/auth.js';
export type { AuthState } from './auth/auth-state.js';
export type { Explanation } from './auth/explain/explain.js';
export type { NextStep } from './auth/explain/next-step.js';
export type { Call } from './call/call.js';
export type {
  CallOptions,
  GetCallOptions,
  GetOrCreateCallOptions,
  JoinCallOptions,
  QueryMembers,
  QueryMembersOptions,
  RingCallOptions,
} from './call/call-options.js';
export type { CallState } from './call/call-state.js';
export type { CallsPage, QueryCalls, QueryCallsOptions } from './call/calls.js';
export type { RingOutcome } from './call-events.js';
export type { WebSocketConstructor, WebSocketLike } from './environment/web-socket.js';
export type {
  EventListener,
  EventName,
  StreamVideoEvent,
  StreamVideoEvents,
  UnknownEvent,
} from './events.js';
export type { RequestOptions } from './http/client.js';
export type { Fetch } from './http/send.js';
export type { LogData, Logger, LogLevel } from './logger.js';
export type {
  BaseOptions,
  CreateOptions,
  Credentials,
  StreamVideoOptions,
  Timeouts,
} from './options.js';
export { type FetchTokenProviderOptions, fetchTokenProvider } from './refresh/fetch-token-provider.js';
export type { Transition, TransitionKind } from './refresh/history.js';
export type { BlockedBy } from './refresh/provider-back-off.js';
export type { SuspensionReason } from './refresh/token-events.js';
export type { TokenProvider, TokenProviderContext, TokenReason } from './refresh/token-provider.js';
export type { ConnectionState } from './socket/connection-events.js';
export { StreamVideo } from './stream-video.js';
export type { TokenPhase } from './token/phase.js';
export {
  type AnonymousUser,
  type AuthenticatedUser,
  type GuestUser,
  type KnownUser,
  User,
  type UserDetails,
  type UserInput,
} from './user.js';
export { VERSION } from './version.js';
