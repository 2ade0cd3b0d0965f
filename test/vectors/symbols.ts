import {
  EARLY_TOKEN_MARGIN_MS,
  EARLY_TOKEN_MAX_MS,
  EARLY_TOKEN_MIN_MS,
} from '../../src/client/auth/server-verdicts.js';
import { BURST_MS, HAND_BACK_MS } from '../../src/client/auth/token-provider-for.js';
import { FIRST_RETRY_MS } from '../../src/client/http/network-retry.js';
import { DEFAULT_TIMEOUTS } from '../../src/client/options.js';
import { TWIN_AGE_MS, TWIN_WAIT_MS } from '../../src/client/refresh/answer-progress.js';
import { BACK_OFF_PATIENCE_MS, TIED_JOIN_MS } from '../../src/client/refresh/caller-step.js';
import { FIRST_BREAK_MS, LONGEST_BREAK_MS } from '../../src/client/refresh/circuit-breaker.js';
import { FIRST_BACK_OFF_MS, LONGEST_BACK_OFF_MS } from '../../src/client/refresh/provider-back-off.js';
import { FLOOR_MS } from '../../src/client/refresh/refresh-policy.js';
import { TIMER_MAX_MS, TIMER_MIN_MS } from '../../src/client/refresh/refresh-scheduler.js';
import { RETRY_AFTER_MAX_MS, RETRY_AFTER_MIN_MS } from '../../src/client/refresh/retry-after.js';
import { POLL_MS } from '../../src/client/refresh/waiters.js';
import { HANDSHAKE_LIMIT_MS } from '../../src/client/socket/handshake.js';
import { DEAD_AFTER_MS, PING_EVERY_MS } from '../../src/client/socket/heartbeat.js';
import {
  FIRST_BACK_OFF_MS as FIRST_SOCKET_BACK_OFF_MS,
  LONGEST_BACK_OFF_MS as LONGEST_SOCKET_BACK_OFF_MS,
  STABLE_AFTER_MS,
} from '../../src/client/socket/reconnect-back-off.js';
import { JITTER_SHARE, windowsFor } from '../../src/client/token/refresh-windows.js';
import { JUMP_MS, NOTABLE_SKEW_MS, TOLERANCE_MS } from '../../src/client/token/server-clock.js';

/** What a symbol may depend on. */
export interface SymbolScope {
  /** What chance draws in this vector: 0 for the least, 1 for the most. */
  readonly luck: number;
  /** Epoch milliseconds by the local clock. */
  readonly now: number;
  /** The token in use, as its issuer made it. */
  readonly token: { readonly expiresAtMs: number; readonly receivedAtMs: number } | undefined;
  readonly marks: ReadonlyMap<string, number>;
}

const CONSTANTS: Readonly<Record<string, number>> = {
  floor: FLOOR_MS,
  patience: BACK_OFF_PATIENCE_MS,
  timerMin: TIMER_MIN_MS,
  timerMax: TIMER_MAX_MS,
  jitterShare: JITTER_SHARE,
  providerLimit: DEFAULT_TIMEOUTS.providerMs,
  requestLimit: DEFAULT_TIMEOUTS.requestMs,
  connectLimit: DEFAULT_TIMEOUTS.connectMs,
  retryAfterMin: RETRY_AFTER_MIN_MS,
  retryAfterMax: RETRY_AFTER_MAX_MS,
  twinAge: TWIN_AGE_MS,
  twinWait: TWIN_WAIT_MS,
  straggler: BURST_MS,
  handBack: HAND_BACK_MS,
  joinLimit: TIED_JOIN_MS,
  poll: POLL_MS,
  earlyMin: EARLY_TOKEN_MIN_MS,
  earlyMax: EARLY_TOKEN_MAX_MS,
  earlyMargin: EARLY_TOKEN_MARGIN_MS,
  tolerance: TOLERANCE_MS,
  clockJump: JUMP_MS,
  notableSkew: NOTABLE_SKEW_MS,
  uptime: STABLE_AFTER_MS,
  ping: PING_EVERY_MS,
  dead: DEAD_AFTER_MS,
  handshakeLimit: HANDSHAKE_LIMIT_MS,
};

/** Delays that grow with each failure; the argument is how many there were before, 0 at first. */
const SERIES: Readonly<Record<string, (failures: number, luck: number) => number>> = {
  backOff: (n, luck) => Math.min(LONGEST_BACK_OFF_MS, FIRST_BACK_OFF_MS * 2 ** n) * (0.5 + luck / 2),
  breaker: (n) => Math.min(LONGEST_BREAK_MS, FIRST_BREAK_MS * 2 ** n),
  socketBackOff: (n, luck) => Math.min(LONGEST_SOCKET_BACK_OFF_MS, FIRST_SOCKET_BACK_OFF_MS * 2 ** n) * luck,
  networkRetry: (n, luck) => FIRST_RETRY_MS * 2 ** n * (0.5 + luck / 2),
};

function ofToken(name: string, { token, luck }: SymbolScope): number | undefined {
  if (!token) return undefined;
  const lifeMs = token.expiresAtMs - token.receivedAtMs;
  const { advisoryMs, mandatoryMs } = windowsFor(lifeMs);
  switch (name) {
    case 'exp':
      return token.expiresAtMs;
    case 'L':
      return lifeMs;
    case 'A':
      return advisoryMs;
    case 'jitteredA':
      return advisoryMs * (1 - JITTER_SHARE * luck);
    case 'M':
      return mandatoryMs;
  }
  return undefined;
}

/** The value of a symbol in milliseconds (`exp`, `now` and marks: since the epoch). */
export function lookUpSymbol(
  name: string,
  argument: number | undefined,
  scope: SymbolScope,
): number | undefined {
  if (argument !== undefined) return SERIES[name]?.(argument, scope.luck);
  if (name === 'now') return scope.now;
  return CONSTANTS[name] ?? scope.marks.get(name) ?? ofToken(name, scope);
}
