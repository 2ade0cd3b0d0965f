import { browserSuite } from '../support/browser-suite.js';

/** The demo page: `npm run test:web` */
export default browserSuite('web');
