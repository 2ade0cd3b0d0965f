import { browserSuite } from '../support/browser-suite.js';

/** `npm run test:media`; with `MEDIA_CLIENTS=all` an older client as well, and what takes a minute. */
export default browserSuite('media', {
  hookTimeout: 60_000,
  exclude: process.env.MEDIA_CLIENTS === 'all' ? [] : ['test/media/minute.test.ts'],
});
