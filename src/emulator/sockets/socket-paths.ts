import type { TimeForm } from '../state/instant.js';
import type { Dialect } from '../wire/user.js';

/** What a socket on a path speaks. */
export interface SocketDialect {
  readonly product: 'video' | 'chat';
  readonly dialect: Dialect;
  readonly timeForm: TimeForm;
}

const CHAT: SocketDialect = { product: 'chat', dialect: 'chat', timeForm: 'text' };
const SERVER: SocketDialect = { product: 'video', dialect: 'server', timeForm: 'nanoseconds' };

const PATHS = new Map<string, SocketDialect>([
  ['/video/connect', { product: 'video', dialect: 'video', timeForm: 'text' }],
  ['/api/v2/connect', SERVER],
  ['/api/v2/video/connect', SERVER],
  ['/connect', CHAT],
]);

/** Whether a socket of the coordinator may open on this path. */
export function isSocketPath(path: string): boolean {
  return PATHS.has(path);
}

export function socketDialectOf(path: string): SocketDialect {
  return PATHS.get(path) ?? CHAT;
}
