import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { Plugin } from 'esbuild';
import { defineConfig, type Options } from 'tsup';
import { shortenedNames } from './internal-names.js';

/** Some modules have a variant for another runtime: chosen when the package is built, not when it runs. */
function variant(module: string, replacement: string): Plugin {
  return {
    name: `variant-${module}`,
    setup(build) {
      build.onResolve({ filter: new RegExp(`/${module}\\.js$`) }, () => ({
        path: fileURLToPath(new URL(`./src/client/environment/${replacement}.ts`, import.meta.url)),
      }));
    },
  };
}

/** Runtimes that bring their own WebSocket get no trace of `ws`. */
const withoutFallbackSocket = variant('fallback-web-socket', 'fallback-web-socket.none');
const withAppState = variant('app-state', 'app-state.react-native');

/**
 * Lit makes a Trusted Types policy when it is loaded, which throws where the page allows no such one. The devtools
 * build their templates without it.
 */
const litWithoutPolicy: Plugin = {
  name: 'lit-without-policy',
  setup(build) {
    build.onLoad({ filter: /\/lit-html\/lit-html\.js$/ }, async ({ path }) => {
      const source = await readFile(path, 'utf8');
      const contents = source.replace(/\w+\.trustedTypes\b/, 'undefined');
      if (contents === source) throw new Error('lit-html asks for trustedTypes in another way now');
      return { contents };
    });
  },
};

/** Style sheets are text to a bundler, which keeps their white space. */
const tightStyles: Plugin = {
  name: 'tight-styles',
  setup(build) {
    build.onLoad({ filter: /\/src\/.*\.ts$/ }, async ({ path }) => {
      const source = await readFile(path, 'utf8');
      const tighten = (sheet: string) => sheet.replace(/\s+/g, ' ').replace(/ ?([{};]) ?|(:) /g, '$1$2');
      return { contents: source.replace(/css`[^`]*`/g, tighten), loader: 'ts' };
    });
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

/** The builds of the client and of its React door. */
const client: Options = {
  ...shared,
  esbuildOptions(options) {
    options.mangleProps = shortenedNames;
  },
};

/** What is marked `@internal` is declared nowhere. */
const dts = { compilerOptions: { stripInternal: true } };
/** tsup drops this reference from a source file, and a member named by the symbol needs it. */
const disposable = { banner: '/// <reference lib="esnext.disposable" />' };

export default defineConfig([
  {
    ...client,
    entry: { index: 'src/client/index.ts' },
    platform: 'browser',
    esbuildPlugins: [withoutFallbackSocket],
    dts: { ...dts, ...disposable },
  },
  { ...client, entry: { 'index.node': 'src/client/index.ts' }, platform: 'node' },
  {
    ...client,
    entry: { 'index.react-native': 'src/client/index.ts' },
    platform: 'neutral',
    external: ['react-native'],
    esbuildPlugins: [withoutFallbackSocket, withAppState],
  },
  {
    ...client,
    entry: { react: 'src/react/index.ts' },
    platform: 'browser',
    external: ['react', 'stream-video-auth'],
    // It would drop 'use client'.
    treeshake: false,
    dts,
  },
  {
    ...shared,
    entry: { devtools: 'src/devtools/index.ts' },
    platform: 'browser',
    minify: true,
    sourcemap: false,
    noExternal: [/^lit/],
    external: ['stream-video-auth'],
    esbuildPlugins: [litWithoutPolicy, tightStyles],
    dts,
  },
  { ...shared, entry: { 'devtools.none': 'src/devtools/index.none.ts' }, platform: 'neutral' },
  { ...shared, entry: { server: 'src/server/index.ts' }, platform: 'neutral', dts },
  { ...shared, entry: { 'server.browser': 'src/server/browser.ts' }, platform: 'browser' },
  { ...shared, entry: { emulator: 'src/emulator/index.ts' }, platform: 'node', dts },
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
