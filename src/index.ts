export type {
  Call,
  CallData,
  CallState,
  GetCallOptions,
  GetOrCreateCallOptions,
  JoinCallOptions,
} from './call/call.js';
export type { WebSocketConstructor, WebSocketLike } from './environment/web-socket.js';
export {
  type AnyStreamVideoError,
  ApiError,
  ConfigurationError,
  type ConfigurationErrorCode,
  ConnectionError,
  type ConnectionErrorCode,
  InvalidTokenError,
  type InvalidTokenErrorCode,
  MissingPermissionError,
  type RateLimit,
  SessionEndedError,
  StreamVideoError,
  type StreamVideoErrorCode,
  TokenExpiredError,
  type TokenExpiredErrorCode,
  TokenProviderError,
  type TokenProviderErrorCode,
  UnauthorizedError,
} from './errors.js';
export type {
  ConnectionState,
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
export { StreamVideo } from './stream-video.js';
export type { Auth } from './token/auth.js';
export type { Explanation } from './token/explain.js';
export { type FetchTokenProviderOptions, fetchTokenProvider } from './token/fetch-token-provider.js';
export type { TokenPhase } from './token/phase.js';
export type { TokenProvider, TokenProviderContext, TokenReason } from './token/provider.js';
export type { AuthState, SuspensionReason } from './token/state.js';
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
export type {
  CallEnvelope,
  CallResponse,
  GetOrCreateCallResponse,
  JoinCallResponse,
  JoinCredentials,
  MemberResponse,
  OwnUserResponse,
  UserResponse,
} from './wire.js';
