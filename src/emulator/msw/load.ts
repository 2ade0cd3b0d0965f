import { createRequire } from 'node:module';
import { refuse } from '../../shared/refuse.js';
import {
  createHandlers,
  type EmulatorHandlers,
  type EmulatorHandlersOptions,
  type MswParts,
} from './handlers.js';

/**
 * The coordinator of `startEmulator` as msw handlers, with no port open: for component tests, Storybook and static
 * demos. They answer for the service's own addresses unless told otherwise. In Node 20 HTTP only.
 *
 * @throws {ConfigurationError} when msw is not installed, or for an option that can't be used.
 * @example
 * const handlers = emulatorHandlers({ apiKey: 'my-key' });
 * const server = setupServer(...handlers);
 * const token = await handlers.emulator.userToken('martin');
 */
export function emulatorHandlers(options: EmulatorHandlersOptions = {}): EmulatorHandlers {
  return createHandlers(loadMsw(), options);
}

// An optional peer: `startEmulator` works without it.
function loadMsw(): MswParts {
  try {
    return createRequire(import.meta.url)('msw');
  } catch (cause) {
    return refuse(
      'invalid_option',
      'msw is not installed',
      'Run "npm install --save-dev msw" (version 2 or later).',
      cause,
    );
  }
}
