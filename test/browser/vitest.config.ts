import { browserSuite } from '../support/browser-suite.js';

/** The client itself: `npm run test:browser` */
export default browserSuite('browser', {
  testTimeout: 60_000,
  // Firefox takes more than a minute to start on a busy machine.
  hookTimeout: 180_000,
  // Most of their time they wait.
  fileParallelism: true,
  maxWorkers: 2,
});
