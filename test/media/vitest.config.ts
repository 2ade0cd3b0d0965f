import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

const source = (path: string) => fileURLToPath(new URL(`../../src/${path}`, import.meta.url));

/** Apart from the other tests: these need a Chromium. `npm run test:media` */
export default defineConfig({
  root: fileURLToPath(new URL('../..', import.meta.url)),
  resolve: {
    alias: [
      { find: /^stream-video-auth$/, replacement: source('client/index.ts') },
      { find: /^stream-video-auth\/emulator$/, replacement: source('emulator/index.ts') },
    ],
  },
  test: {
    include: ['test/media/**/*.test.ts'],
    testTimeout: 40_000,
    hookTimeout: 60_000,
    fileParallelism: false,
  },
});
