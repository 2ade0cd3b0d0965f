// Builds apps as a newcomer would, from the packed tarball. Needs the registry and Chromium; takes names of apps:
// npm run test:apps -- jest vitest
import { nextApp, tanstackApp, viteApp } from './pages.js';
import { jestApp, vitestApp } from './runners.js';
import { cleanUp, howMany, pack } from './tools.js';

const APPS: Readonly<Record<string, (tarball: string) => Promise<void>>> = {
  vite: viteApp,
  next: nextApp,
  tanstack: tanstackApp,
  jest: jestApp,
  vitest: vitestApp,
};

async function main(names: readonly string[]): Promise<void> {
  const tarball = pack();
  for (const name of names.length > 0 ? names : Object.keys(APPS)) {
    const build = APPS[name];
    if (build === undefined) throw new Error(`no such app: ${name}`);
    await build(tarball);
  }
  console.log(`Apps: ${howMany()} passed, 0 failed`);
}

await main(process.argv.slice(2)).finally(cleanUp);
