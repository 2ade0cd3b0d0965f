import { browserSuite } from '../support/browser-suite.js';

/** `npm run test:media` */
export default browserSuite('media', { hookTimeout: 60_000 });
