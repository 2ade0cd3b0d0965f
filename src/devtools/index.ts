/**
 * The lives of the clients' tokens as a picture, in any app.
 *
 * @module stream-video-auth/devtools
 */
import { isArray, read } from '../shared/foreign-value.js';
import { assertKnown, type Names } from '../shared/known-options.js';
import { readGiven, refuse } from '../shared/refuse.js';
import { StreamVideoTimeline } from '../timeline/timeline.js';
import { StreamVideoAuthDevtools } from './element.js';
import type { Devtools, DevtoolsClients, DevtoolsOptions } from './mount.js';
import { type DevtoolsPlugin, pluginOf } from './plugin.js';
import { isClient } from './watch/is-client.js';

export type {
  Devtools,
  DevtoolsClients,
  DevtoolsOptions,
  StreamVideoAuthDevtoolsElement,
} from './mount.js';
export type { DevtoolsPlugin } from './plugin.js';

const KNOWN: Names<keyof DevtoolsOptions> = { theme: true };

// A second copy of this package leaves the elements of the first one.
if (customElements.get('stream-video-timeline') === undefined) {
  customElements.define('stream-video-timeline', StreamVideoTimeline);
}
if (customElements.get('stream-video-auth-devtools') === undefined) {
  customElements.define('stream-video-auth-devtools', StreamVideoAuthDevtools);
}

/**
 * Draws the lives of these clients' tokens into an element of the page, while the app is developed.
 *
 * Reads what `auth` and the events show. Shows no token, and asks for one only when its button is pressed.
 *
 * @throws {ConfigurationError} `invalid_option` for an option that is none, for a target that is no element and for
 * what is no client
 *
 * @example
 * const devtools = mountDevtools(document.body, streamVideo);
 * devtools.destroy();
 */
export function mountDevtools(
  target: HTMLElement,
  clients: DevtoolsClients,
  options: DevtoolsOptions = {},
): Devtools {
  assertKnown('mountDevtools', options, KNOWN);
  const theme = readGiven('The options of mountDevtools', () => options.theme ?? 'auto');
  if (typeof read(target, 'append') !== 'function')
    refuse('invalid_option', 'target is no element', 'Pass an element of the page, such as document.body.');
  const list = isArray(clients) ? readGiven('clients', () => [...clients]) : [clients];
  if (!list.every(isClient))
    refuse('invalid_option', 'clients holds what is no client', 'Pass a StreamVideo, or an array of them.');
  const element = document.createElement('stream-video-auth-devtools');
  element.clients = list;
  element.theme = theme;
  target.append(element);
  return { destroy: () => element.remove() };
}

/**
 * The same as a plugin for TanStack Devtools: an entry of `plugins` of `<TanStackDevtools>` in
 * `@tanstack/react-devtools`, or of `TanStackDevtoolsCore` in `@tanstack/devtools`.
 *
 * @example
 * const plugins = [devtoolsPlugin(streamVideo)];
 */
export const devtoolsPlugin: (clients: DevtoolsClients) => DevtoolsPlugin = pluginOf(mountDevtools);
