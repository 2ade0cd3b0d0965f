import type { Devtools, DevtoolsClients, Mount } from './mount.js';

/** The form of a plugin that TanStack Devtools takes. */
export interface DevtoolsPlugin {
  readonly id: string;
  readonly name: string;
  /** Draws into this element. The second argument is the theme, or an object with it. */
  render(
    element: HTMLElement,
    theme?: 'light' | 'dark' | { readonly theme?: 'light' | 'dark' | undefined },
  ): void;
  destroy(): void;
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
        mounted = mount(element, clients, { theme: typeof given === 'object' ? given.theme : given });
      },
      destroy: () => {
        mounted?.destroy();
        mounted = undefined;
      },
    };
  };
}
