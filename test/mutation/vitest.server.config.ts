import base from '../../vitest.config.js';

/** The tests of the handler, of minting and verifying, and of what the doors share: without a process of their own. */
export default {
  ...base,
  test: {
    ...base.test,
    projects: undefined,
    // Without isolation each module is loaded once.
    isolate: false,
    include: ['test/server/**/*.test.ts', 'test/shared/**/*.test.ts'],
    exclude: [
      'test/server/{limiter-redis,token-handler-workers,dom-environment,browser-door,emulator-accepts}.test.ts',
    ],
  },
};
