import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const source = (path: string) => here(`../../src/${path}`);

/** Apart from the other tests: these need a browser. `npm run test:browser` */
export default defineConfig({
  root: here('../..'),
  resolve: {
    alias: [
      { find: /^stream-video-auth$/, replacement: source('client/index.ts') },
      { find: /^stream-video-auth\/emulator$/, replacement: source('emulator/index.ts') },
    ],
  },
  test: {
    include: ['test/browser/**/*.test.ts'],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // Most of their time they wait.
    maxWorkers: 2,
  },
});
