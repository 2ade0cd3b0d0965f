import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { defineConfig, type Plugin } from 'vite';

const WORKER = 'mockServiceWorker.js';
const source = (path: string) => fileURLToPath(new URL(`../../src/${path}`, import.meta.url));

/** Without a server the emulator runs in the page, and msw's worker hands it the requests. */
const mswWorker: Plugin = {
  name: 'msw-worker',
  generateBundle() {
    const path = createRequire(import.meta.url).resolve(`msw/${WORKER}`);
    this.emitFile({ type: 'asset', fileName: WORKER, source: readFileSync(path, 'utf8') });
  },
};

export default defineConfig({
  root: fileURLToPath(new URL('.', import.meta.url)),
  base: './',
  plugins: [mswWorker],
  // In an app of its own the package is found by its name, and this goes.
  resolve: {
    alias: [
      { find: /^stream-video-auth$/, replacement: source('client/index.ts') },
      { find: /^stream-video-auth\/react$/, replacement: source('react/index.ts') },
      { find: /^stream-video-auth\/devtools$/, replacement: source('devtools/index.ts') },
      { find: /^stream-video-auth\/emulator$/, replacement: source('emulator/index.browser.ts') },
      {
        find: /^.*\/fallback-web-socket\.js$/,
        replacement: source('client/environment/fallback-web-socket.none.ts'),
      },
    ],
  },
  build: { target: 'es2022', chunkSizeWarningLimit: 1500 },
});
