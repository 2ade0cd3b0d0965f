import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

/** One door of the package as a bundle of its own, as another copy in node_modules would be. */
export async function copyOf<Door>(entry: string): Promise<Door> {
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(new URL(`../../src/${entry}`, import.meta.url))],
    bundle: true,
    format: 'esm',
    platform: 'node',
    minify: true,
    write: false,
    external: ['msw'],
    banner: {
      // What is bundled of CommonJS asks for Node's own modules. Two bundles with the same text would be one module.
      js: `import { createRequire } from 'node:module'; const require = createRequire('file:///${crypto.randomUUID()}');`,
    },
  });
  const code = outputFiles[0]?.contents ?? new Uint8Array();
  return import(/* @vite-ignore */ `data:text/javascript;base64,${Buffer.from(code).toString('base64')}`);
}
