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
 * @throws {ConfigurationError} when msw is not installed or can't be loaded here, and for an option that can't be used.
 * @example
 * const handlers = emulatorHandlers({ apiKey: 'my-key' });
 * const server = setupServer(...handlers);
 * const token = await handlers.emulator.userToken('martin');
 */
export function emulatorHandlers(options: EmulatorHandlersOptions = {}): EmulatorHandlers {
  return createHandlers(options.msw ?? loadMsw(createRequire(import.meta.url)), options);
}

/** msw, an optional peer: `startEmulator` works without it. */
export function loadMsw(load: (name: string) => unknown): MswParts {
  try {
    return load('msw') as MswParts;
  } catch (cause) {
    if (isMissing(cause)) {
      return refuse(
        'invalid_option',
        'msw is not installed',
        'Run "npm install --save-dev msw" (version 2 or later).',
        cause,
      );
    }
    // Jest on Node 20 can't require the modules that msw consists of, but a test that is a module can import them.
    return refuse(
      'invalid_option',
      `msw is installed and can not be loaded here: ${firstLineOf(cause)}`,
      'Import it yourself and pass it: import * as msw from "msw"; emulatorHandlers({ msw }).',
      cause,
    );
  }
}

// A runner may throw errors of another realm, so `instanceof` says nothing; msw may also lack a package of its own.
function isMissing(cause: unknown): boolean {
  const { code, message } = (cause ?? {}) as { code?: unknown; message?: unknown };
  return (
    code === 'MODULE_NOT_FOUND' && /Cannot find (?:module|package) '?msw'?(?:\s|$)/.test(String(message))
  );
}

function firstLineOf(cause: unknown): string {
  const { message } = (cause ?? {}) as { message?: unknown };
  const lines = String(message ?? cause).split('\n');
  return lines.find((line) => line.trim() !== '')?.trim() ?? 'no reason was given';
}
