import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

const source = (path: string) => fileURLToPath(new URL(`../../src/${path}`, import.meta.url));

/** The demo page in a Chromium: npm run test:web */
export default defineConfig({
  root: fileURLToPath(new URL('../..', import.meta.url)),
  resolve: {
    alias: [{ find: /^stream-video-auth\/emulator$/, replacement: source('emulator/index.ts') }],
  },
  test: {
    include: ['test/web/**/*.test.ts'],
    testTimeout: 40_000,
    hookTimeout: 40_000,
  },
});
