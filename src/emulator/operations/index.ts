import { CALL_OPERATIONS } from './calls.js';
import { DEVICE_OPERATIONS } from './devices.js';
import { GUEST_OPERATIONS } from './guests.js';
import type { Operation } from './operation.js';
import { RINGING_OPERATIONS } from './ringing.js';
import { SURROUNDING_OPERATIONS } from './surroundings.js';

/** Every endpoint that the emulator serves. */
export const OPERATIONS: readonly Operation[] = [
  ...GUEST_OPERATIONS,
  ...SURROUNDING_OPERATIONS,
  ...DEVICE_OPERATIONS,
  ...RINGING_OPERATIONS,
  ...CALL_OPERATIONS,
];
