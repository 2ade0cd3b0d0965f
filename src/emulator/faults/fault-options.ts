import type { Names } from '../../shared/known-options.js';
import type { RateLimitOptions } from '../state/rate-limits.js';
import type { ResponseFault } from '../state/response-faults.js';

/** What `latency` takes. */
export interface LatencyOptions {
  /** Milliseconds before each answer and handshake. */
  ms: number;
  /** Up to so many milliseconds more, drawn per answer. @default 0 */
  jitterMs?: number | undefined;
}

/** Whose sockets are meant. */
export interface DropOptions {
  /** Only this user's. @default all users */
  userId?: string | undefined;
}

/** What `pushConnectionError` takes. */
export interface ConnectionErrorOptions extends DropOptions {
  /** Whether the close follows that clients wait for. @default true */
  close?: boolean | undefined;
}

// The names of each, so that a misspelt one is refused.
export const RESPONSE_FAULT: Names<keyof ResponseFault> = {
  code: true,
  kind: true,
  method: true,
  path: true,
  status: true,
};
export const LATENCY: Names<keyof LatencyOptions> = { jitterMs: true, ms: true };
export const DROP: Names<keyof DropOptions> = { userId: true };
export const CONNECTION_ERROR: Names<keyof ConnectionErrorOptions> = { ...DROP, close: true };
export const RATE_LIMIT: Names<keyof RateLimitOptions> = { limit: true, windowMs: true };
