import { fileURLToPath } from 'node:url';
import type { Plugin } from 'esbuild';
import { defineConfig, type Options } from 'tsup';

/** Builds for runtimes that bring their own WebSocket hold no trace of `ws`. */
const withoutFallbackSocket: Plugin = {
  name: 'without-fallback-socket',
  setup(build) {
    build.onResolve({ filter: /\/fallback-web-socket\.js$/ }, () => ({
      path: fileURLToPath(new URL('./src/environment/fallback-web-socket.none.ts', import.meta.url)),
    }));
  },
};

const shared: Options = {
  format: 'esm',
  target: 'es2022',
  outDir: 'dist',
  splitting: false,
  sourcemap: true,
  treeshake: true,
};

/** tsup drops this reference from a source file, and a member named by the symbol needs it. */
const declarations = { banner: '/// <reference lib="esnext.disposable" />' };

export default defineConfig([
  {
    ...shared,
    entry: { index: 'src/index.ts' },
    platform: 'browser',
    esbuildPlugins: [withoutFallbackSocket],
    dts: declarations,
  },
  { ...shared, entry: { 'index.node': 'src/index.ts' }, platform: 'node' },
  { ...shared, entry: { server: 'src/server/index.ts' }, platform: 'neutral', dts: true },
  { ...shared, entry: { 'server.browser': 'src/server/browser.ts' }, platform: 'browser' },
  { ...shared, entry: { emulator: 'src/emulator/index.ts' }, platform: 'node', dts: true },
  { ...shared, entry: { 'emulator.browser': 'src/emulator/index.browser.ts' }, platform: 'browser' },
  {
    ...shared,
    entry: { 'emulator-page': 'src/emulator/page/index.ts' },
    platform: 'browser',
    minify: true,
    sourcemap: false,
    noExternal: [/.*/],
  },
  {
    ...shared,
    entry: {
      'bin/stream-video-emulator': 'src/bin/stream-video-emulator.ts',
      'bin/stream-video-token': 'src/bin/stream-video-token.ts',
    },
    platform: 'node',
    sourcemap: false,
  },
]);
