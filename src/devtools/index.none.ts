import type { Mount } from './mount.js';
import { pluginOf } from './plugin.js';

/** Draws nothing: where there is no page, or where a bundler was not told that it builds for a browser. */
export const mountDevtools: Mount = () => {
  if ('document' in globalThis) {
    console.warn(
      "stream-video-auth/devtools draws nothing: it was resolved without the condition 'browser'. Add it to the bundler's resolve conditions.",
    );
  }
  return { destroy: () => {} };
};

export const devtoolsPlugin = pluginOf(mountDevtools);
