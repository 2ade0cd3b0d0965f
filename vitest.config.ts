import { fileURLToPath } from 'node:url';
import { configDefaults, defineConfig } from 'vitest/config';

const source = (path: string) => fileURLToPath(new URL(`./src/${path}`, import.meta.url));

export default defineConfig({
  resolve: {
    alias: [
      { find: /^stream-video-auth$/, replacement: source('index.ts') },
      { find: /^stream-video-auth\/server$/, replacement: source('server/index.ts') },
      { find: /^stream-video-auth\/emulator$/, replacement: source('emulator/index.ts') },
    ],
  },
  test: {
    include: ['test/**/*.test.ts'],
    // Needs a build and a browser: npm run test:page
    exclude: [...configDefaults.exclude, 'test/page/**'],
    setupFiles: ['test/support/nothing-left.ts'],
    testTimeout: 20_000,
    // By default one core of two is left idle.
    maxWorkers: 2,
    typecheck: {
      enabled: true,
      include: ['test/types/**/*.test-d.ts'],
      tsconfig: 'test/types/tsconfig.json',
    },
  },
});
