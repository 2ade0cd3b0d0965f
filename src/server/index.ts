/**
 * For your server: tokens minted and verified, and the token endpoint. It throws where a browser imports it.
 *
 * @module stream-video-auth/server
 */
export type {
  ConfigurationErrorCode,
  InvalidTokenErrorCode,
  StreamVideoErrorCode,
  TokenExpiredErrorCode,
} from '../shared/error-codes.js';
export {
  ConfigurationError,
  InvalidTokenError,
  StreamVideoError,
  TokenExpiredError,
} from '../shared/errors.js';
export { type CallTokenOptions, createCallToken } from './call-token.js';
export type { TokenLimiter } from './limiter.js';
export type { ServerLogger } from './server-log.js';
export { createTokenHandler } from './token-handler.js';
export type { CallTokenRequest, Identity, TokenHandlerOptions } from './token-handler-options.js';
export { createUserToken, type UserTokenOptions } from './user-token.js';
export { type TokenClaims, type VerifyOptions, verifyToken } from './verify.js';
