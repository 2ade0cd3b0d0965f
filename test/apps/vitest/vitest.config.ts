import { playwright } from '@vitest/browser-playwright';
import { defineConfig } from 'vitest/config';

const launchOptions = { executablePath: process.env.CHROMIUM_PATH, args: ['--no-sandbox'] };

export default defineConfig({
  test: {
    projects: [
      { test: { name: 'node', include: ['src/*.node.test.ts'] } },
      { test: { name: 'happy-dom', include: ['src/*.dom.test.ts'], environment: 'happy-dom' } },
      {
        test: {
          name: 'browser',
          include: ['src/*.browser.test.ts'],
          globalSetup: 'src/emulator.setup.ts',
          browser: {
            enabled: true,
            headless: true,
            provider: playwright({ launchOptions }),
            instances: [{ browser: 'chromium' }],
          },
        },
      },
    ],
  },
});
