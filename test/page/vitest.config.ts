import { fileURLToPath } from 'node:url';
import { browserSuite } from '../support/browser-suite.js';

/** The emulator's page: `npm run test:page` */
export default browserSuite('page', {
  globalSetup: [fileURLToPath(new URL('build-page.ts', import.meta.url))],
});
