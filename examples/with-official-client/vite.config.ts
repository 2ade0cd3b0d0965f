import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';

const source = (path: string) => fileURLToPath(new URL(`../../src/${path}`, import.meta.url));

export default defineConfig({
  root: fileURLToPath(new URL('.', import.meta.url)),
  base: './',
  // In an app of its own the package is found by its name, and this goes.
  resolve: {
    alias: [
      { find: /^stream-video-auth$/, replacement: source('client/index.ts') },
      {
        find: /^.*\/fallback-web-socket\.js$/,
        replacement: source('client/environment/fallback-web-socket.none.ts'),
      },
    ],
  },
  build: { target: 'es2022', chunkSizeWarningLimit: 3000 },
});
