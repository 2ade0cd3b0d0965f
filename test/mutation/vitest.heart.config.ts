import base from './vitest.config.js';

/**
 * The tests of the token's own rooms: whole sessions and clients, seen from outside, would take an hour for each
 * mutant in turn, and so would generated values in their thousands.
 */
export default {
  ...base,
  test: {
    ...base.test,
    include: ['test/client/{token,refresh}/**/!(*.wire).test.ts', 'test/vectors/token-lifecycle.test.ts'],
    exclude: ['test/client/token/claims.test.ts', 'test/client/refresh/unreadable.test.ts'],
  },
};
