/**
 * A coordinator on your machine, for development and tests.
 *
 * @module stream-video-auth/emulator
 */
export type {
  ConfigurationErrorCode,
  StreamVideoErrorCode,
} from '../shared/error-codes.js';
export {
  ConfigurationError,
  StreamVideoError,
} from '../shared/errors.js';
export type { CallTokenOptions, EmulatedApp, UserTokenOptions } from './emulated-app.js';
export type { ConnectionErrorOptions, DropOptions, LatencyOptions } from './faults/fault-options.js';
export type { Faults } from './faults/faults.js';
export type { EmulatorHandlers, EmulatorHandlersOptions } from './msw/handlers.js';
export { emulatorHandlers } from './msw/load.js';
export type { EmulatorOptions } from './options.js';
export type { Seed, SeedCall, SeedCallType, SeedMember, SeedSnapshot, SeedUser } from './seed/seed.js';
export { type Emulator, type StartEmulatorOptions, startEmulator } from './start.js';
export type { RecordedRequest } from './state/journal.js';
export type {
  LiveClient,
  LiveEnd,
  LiveEvent,
  LiveFaults,
  LiveMessage,
  LiveParticipant,
  LiveReconnect,
  LiveSnapshot,
  LiveToken,
  LiveTrack,
} from './state/live.js';
export type { ReconnectStrategy } from './state/participants.js';
export type { RateLimitOptions } from './state/rate-limits.js';
export type { ResponseFault } from './state/response-faults.js';
