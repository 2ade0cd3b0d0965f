import { defineConfig, mergeConfig } from 'vitest/config';
import base from '../../vitest.config.js';

/** The soak: the model's sequences for as long as one likes, outside of `npm test`. */
export default defineConfig(() => {
  const { test, ...rest } = base as { test?: { setupFiles?: string | string[] } };
  return mergeConfig(rest, {
    test: {
      ...(test?.setupFiles !== undefined && { setupFiles: test.setupFiles }),
      include: ['test/model/soak.run.ts'],
      reporters: ['dot'],
      disableConsoleIntercept: true,
      testTimeout: 0,
    },
  });
});
