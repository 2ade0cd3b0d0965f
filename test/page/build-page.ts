import { build } from 'tsup';

/** Builds the page as the package ships it, so that no test ever sees a stale one. */
export async function setup(): Promise<void> {
  await build({
    config: false,
    entry: { 'emulator-page': 'src/emulator/page/index.ts' },
    outDir: 'dist',
    format: 'esm',
    platform: 'browser',
    target: 'es2022',
    noExternal: [/./],
    splitting: false,
    minify: true,
    // Whatever else was built stays.
    clean: false,
    silent: true,
  });
}
