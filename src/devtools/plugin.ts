import { read } from '../shared/foreign-value.js';
import type { Devtools, DevtoolsClients, DevtoolsOptions, Mount } from './mount.js';

/** The form of a plugin that TanStack Devtools takes. */
export interface DevtoolsPlugin {
  /** Names the plugin to TanStack Devtools. */
  readonly id: string;
  /** The title of its tab. */
  readonly name: string;
  /**
   * Draws into this element, and returns nothing. The second argument is the theme, or an object with it.
   *
   * Declared as `any`, since the form for React wants an element to be returned, and the plain one nothing.
   */
  render(
    element: HTMLElement,
    theme?: 'light' | 'dark' | { readonly theme?: 'light' | 'dark' | undefined },
    // biome-ignore lint/suspicious/noExplicitAny: no other type fits both forms
  ): any;
  /** Takes away what `render` drew. */
  destroy(): void;
}

/** TanStack Devtools replaces a plugin by one of the same id without a word to the first. */
const shownIn = new WeakMap<HTMLElement, Devtools>();

/** What a version of TanStack Devtools hands over beyond these is left to the system. */
function themeOf(given: unknown): DevtoolsOptions['theme'] {
  const theme = read(given, 'theme') ?? given;
  return theme === 'light' || theme === 'dark' ? theme : 'auto';
}

/** Makes plugins that mount in this way. */
export function pluginOf(mount: Mount) {
  return (clients: DevtoolsClients): DevtoolsPlugin => {
    let mounted: Devtools | undefined;
    return {
      id: 'stream-video-auth',
      name: 'Stream Video auth',
      render: (element, given) => {
        mounted?.destroy();
        shownIn.get(element)?.destroy();
        mounted = mount(element, clients, { theme: themeOf(given) });
        shownIn.set(element, mounted);
      },
      destroy: () => {
        mounted?.destroy();
        mounted = undefined;
      },
    };
  };
}
