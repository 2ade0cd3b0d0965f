import base from '../../vitest.config.js';

/** The tests in virtual time: fast enough to be run for each mutant. */
export default {
  ...base,
  test: {
    ...base.test,
    projects: undefined,
    // Without isolation each module is loaded once.
    isolate: false,
    include: [
      'test/client/**/!(*.wire).test.ts',
      'test/vectors/token-lifecycle.test.ts',
      'test/model/regressions.test.ts',
    ],
  },
};
