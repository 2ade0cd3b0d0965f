import { HttpResponse, http, ws } from 'msw';
import { refuse } from '../shared/refuse.js';
import { createHandlers, type EmulatorHandlers, type EmulatorHandlersOptions } from './msw/handlers.js';

export { ConfigurationError, StreamVideoError } from '../shared/errors.js';

export function emulatorHandlers(options: EmulatorHandlersOptions = {}): EmulatorHandlers {
  return createHandlers(options.msw ?? { http, HttpResponse, ws }, options);
}

/** A page has no ports to listen on; a test runner that resolves the browser's build lands here too. */
export async function startEmulator(): Promise<never> {
  return refuse(
    'invalid_option',
    'startEmulator needs Node, and this is the build for browsers',
    'Use emulatorHandlers() in a page; in jest set testEnvironmentOptions.customExportConditions to ["node"].',
  );
}
