import base from './vitest.config.js';

/** The tests of what tabs hand each other, from the channel to whole clients. */
export default {
  ...base,
  test: {
    ...base.test,
    include: ['test/client/tabs/*.test.ts', 'test/client/auth/tab-sharing.test.ts'],
  },
};
