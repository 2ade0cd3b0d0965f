import { fileURLToPath } from 'node:url';
import { defineConfig, type ViteUserConfig } from 'vitest/config';
import { DOORS } from './aliases.js';

/** A folder of tests apart from the others: these need a browser, and one after the other. */
export function browserSuite(folder: string, test: ViteUserConfig['test'] = {}): ViteUserConfig {
  return defineConfig({
    root: fileURLToPath(new URL('../..', import.meta.url)),
    resolve: { alias: DOORS },
    test: {
      include: [`test/${folder}/**/*.test.ts`],
      testTimeout: 40_000,
      hookTimeout: 40_000,
      fileParallelism: false,
      ...test,
    },
  });
}
