import { readFile } from 'node:fs/promises';

// Beside the built door, beside the folder of the built command, or the build of this checkout.
const CANDIDATES = [
  './emulator-page.js',
  '../emulator-page.js',
  '../../dist/emulator-page.js',
  '../../../dist/emulator-page.js',
];

/** The built script of the page; undefined when there is none. */
export async function readPageScript(): Promise<string | undefined> {
  for (const candidate of CANDIDATES) {
    try {
      return await readFile(new URL(candidate, import.meta.url), 'utf8');
    } catch {
      // The next place may have it.
    }
  }
  return undefined;
}
