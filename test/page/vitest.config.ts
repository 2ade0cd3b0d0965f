import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

const source = (path: string) => fileURLToPath(new URL(`../../src/${path}`, import.meta.url));

/** Apart from the other tests: these need a Chromium. `npx vitest run --config test/page/vitest.config.ts` */
export default defineConfig({
  root: fileURLToPath(new URL('../..', import.meta.url)),
  resolve: {
    alias: [
      { find: /^stream-video-auth$/, replacement: source('client/index.ts') },
      { find: /^stream-video-auth\/emulator$/, replacement: source('emulator/index.ts') },
    ],
  },
  test: {
    include: ['test/page/**/*.test.ts'],
    globalSetup: [fileURLToPath(new URL('build-page.ts', import.meta.url))],
    testTimeout: 40_000,
    hookTimeout: 40_000,
    fileParallelism: false,
  },
});
