import { describeThrown } from '../../shared/describe-value.js';
import {
  type ApiError,
  ConnectionError,
  MissingPermissionError,
  TokenProviderError,
} from '../../shared/errors.js';
import { read, readText } from '../../shared/foreign-value.js';
import { sanitize } from '../../shared/sanitize.js';
import { apiErrorOf, type WireError } from '../http/api-error.js';
import { statusOf } from './handshake-refusal.js';
import type { Ending } from './json-socket.js';

/** What stood in the way last, for the error that ends it all. */
export interface LastFailure {
  readonly ending?: Ending | undefined;
  readonly error?: unknown;
}

export function refusalOf(error: WireError, token: string): ApiError {
  return apiErrorOf(error, { status: statusOf(error), token });
}

export function rejectedError(cause: ApiError): ConnectionError {
  return new ConnectionError(
    'handshake_rejected',
    `The coordinator refused the handshake: ${cause.message}`,
    {
      remediation: cause.remediation,
      apiCode: cause.apiCode,
      cause,
    },
  );
}

/** The app's own error where its provider failed, else what we have. */
function rootOf(error: unknown): unknown {
  return error instanceof TokenProviderError ? (read(error, 'cause') ?? error) : error;
}

function remediationFor({ ending, error }: LastFailure): string {
  const remediation = readText(error, 'remediation');
  if (remediation !== undefined) return remediation;
  return ending
    ? 'Look at the network, baseUrl, and what may block a socket: a content policy (connect-src wss:) or a proxy.'
    : 'Look at the network, or raise timeouts.connectMs.';
}

/** `connect()` ran out of time. */
export function connectTimeout(connectMs: number, last: LastFailure): ConnectionError {
  const { ending, error } = last;
  const why = [
    error !== undefined && describeThrown(error),
    ending?.reason && sanitize(ending.reason),
    ending && `closed with ${ending.code}`,
  ].filter(Boolean);
  const detail = why.length > 0 ? `: ${why.join(', ')}` : '';
  return new ConnectionError('connect_timeout', `No connection within ${connectMs} ms${detail}`, {
    retryable: true,
    remediation: remediationFor(last),
    cause: rootOf(error) ?? ending?.cause,
    closeCode: ending?.code,
    closeReason: ending?.reason ? sanitize(ending.reason) : undefined,
    apiCode: read(error, 'apiCode') as number | undefined,
  });
}

export function noWebSocketError(): ConnectionError {
  return new ConnectionError('no_websocket', 'This runtime has no WebSocket', {
    remediation: 'Pass WebSocket in the options, for example that of the ws package.',
  });
}

export function notConnectedError(): ConnectionError {
  return new ConnectionError('not_connected', 'Watching needs a connection', {
    remediation: 'Call connect() first, or leave watch out.',
  });
}

export function anonymousSocketError(): MissingPermissionError {
  return new MissingPermissionError('Anonymous users have no socket', {
    remediation: 'Sign in or become a guest to connect.',
  });
}
