import { mkdir, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { shortenedNames } from '../../internal-names.js';

/**
 * `npm run size:features`: what each room adds to the door `.`, in minified bytes, the largest first. Also written
 * to `reports/feature-sizes.json`. Whole doors have their limits in `npm run size`.
 */
const root = fileURLToPath(new URL('../../', import.meta.url));

const { metafile } = await build({
  absWorkingDir: root,
  entryPoints: ['src/client/index.ts'],
  bundle: true,
  minify: true,
  write: false,
  metafile: true,
  format: 'esm',
  platform: 'browser',
  target: 'es2022',
  external: ['ws'],
  mangleProps: shortenedNames,
});

/** `src/client/http/send.ts` counts for `client/http`, a loose file for itself. */
function roomOf(path: string): string {
  const [, door = '', room = ''] = path.split('/');
  return `${door}/${room}`;
}

const sizes: Record<string, number> = {};
for (const { inputs } of Object.values(metafile.outputs)) {
  for (const [path, { bytesInOutput }] of Object.entries(inputs)) {
    const room = roomOf(path);
    sizes[room] = (sizes[room] ?? 0) + bytesInOutput;
  }
}
const table = Object.entries(sizes)
  .map(([room, bytes]) => ({ room, bytes }))
  .sort((a, b) => b.bytes - a.bytes);
console.table(table);
await mkdir(`${root}reports`, { recursive: true });
await writeFile(`${root}reports/feature-sizes.json`, `${JSON.stringify(table, undefined, 2)}\n`);
