export type { CallTokenOptions, Emulator, EmulatorOptions, UserTokenOptions } from './emulator.js';
export type { RecordedRequest } from './journal/journal.js';
export { type RunningEmulator, type StartEmulatorOptions, startEmulator } from './start.js';
