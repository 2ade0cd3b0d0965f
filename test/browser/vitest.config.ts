import { browserSuite } from '../support/browser-suite.js';

/** The client itself: `npm run test:browser` */
export default browserSuite('browser', {
  testTimeout: 60_000,
  hookTimeout: 60_000,
  // Most of their time they wait.
  fileParallelism: true,
  maxWorkers: 2,
});
