export type { CallTokenOptions, EmulatedApp, EmulatorOptions, UserTokenOptions } from './emulator.js';
export type {
  ConnectionErrorOptions,
  DropOptions,
  Faults,
  LatencyOptions,
} from './faults/faults.js';
export type { ResponseFault } from './faults/response-faults.js';
export type { RecordedRequest } from './journal/journal.js';
export type { RateLimitOptions } from './limits.js';
export type { LiveClient, LiveEvent, LiveFaults, LiveMessage, LiveSnapshot, LiveToken } from './live.js';
export type { EmulatorHandlers, EmulatorHandlersOptions } from './msw/handlers.js';
export { emulatorHandlers } from './msw/load.js';
export { type Emulator, type StartEmulatorOptions, startEmulator } from './start.js';
