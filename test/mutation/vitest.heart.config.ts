import base from './vitest.config.js';

/**
 * The tests of the token's own rooms: whole clients, seen from outside, would take hours for each mutant in turn. So
 * would generated values in their thousands, and the state of every vector told in words.
 */
export default {
  ...base,
  test: {
    ...base.test,
    include: [
      'test/client/{token,refresh,auth}/**/!(*.wire).test.ts',
      'test/vectors/token-lifecycle.test.ts',
    ],
    exclude: [
      'test/client/auth/explain/explain.test.ts',
      'test/client/token/claims.test.ts',
      'test/client/refresh/unreadable.test.ts',
    ],
  },
};
