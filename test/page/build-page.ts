import { build } from 'esbuild';

/** The page as it is built for the package, so that the test never sees a stale one. */
export async function setup(): Promise<void> {
  await build({
    entryPoints: ['src/emulator/page/index.ts'],
    outfile: 'dist/emulator-page.js',
    bundle: true,
    minify: true,
    format: 'esm',
    platform: 'browser',
    target: 'es2022',
  });
}
