/** Codes of `ConfigurationError`. */
export type ConfigurationErrorCode =
  | 'missing_api_key'
  | 'invalid_user'
  | 'guest_needs_create'
  | 'missing_token'
  | 'missing_token_provider'
  | 'invalid_base_url'
  | 'invalid_path'
  | 'invalid_option';

/** Codes of `InvalidTokenError`. */
export type InvalidTokenErrorCode =
  | 'not_a_string'
  | 'empty'
  | 'not_a_jwt'
  | 'bearer_prefix'
  | 'double_encoded'
  | 'too_large'
  | 'missing_user_id'
  | 'invalid_user_id'
  | 'wrong_user'
  | 'not_anonymous'
  | 'missing_expiry'
  | 'too_many_calls'
  | 'same_as_rejected'
  | 'wrong_signature'
  | 'not_yet_valid';

/** Codes of `TokenExpiredError`: no provider is there, or what it returns is refused as expired, too. */
export type TokenExpiredErrorCode = 'token_expired' | 'provider_returns_expired';

/** Codes of `TokenProviderError`. */
export type TokenProviderErrorCode =
  | 'provider_failed'
  | 'provider_timeout'
  | 'provider_reentered'
  | 'circuit_open';

/** Codes of `ConnectionError`. */
export type ConnectionErrorCode =
  | 'connect_timeout'
  | 'request_timeout'
  | 'handshake_rejected'
  | 'no_websocket'
  | 'not_connected'
  | 'network'
  | 'too_large';

/** Codes of `CallError`. */
export type CallErrorCode = 'call_left' | 'call_ended';

/** The code of any error of this package. */
export type StreamVideoErrorCode =
  | ConfigurationErrorCode
  | InvalidTokenErrorCode
  | TokenExpiredErrorCode
  | TokenProviderErrorCode
  | 'unauthorized'
  | 'missing_permission'
  | 'api_error'
  | ConnectionErrorCode
  | CallErrorCode
  | 'session_ended';
