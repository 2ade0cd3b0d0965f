import base from './vitest.config.js';

/** The tests of the token's own rooms: whole clients, seen from outside, would take hours for each mutant in turn. */
export default {
  ...base,
  test: {
    ...base.test,
    include: [
      'test/client/{token,refresh,auth}/**/!(*.wire).test.ts',
      'test/vectors/token-lifecycle.test.ts',
    ],
  },
};
