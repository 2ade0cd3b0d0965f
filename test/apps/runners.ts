// The tests of an app, run by its own test runner. What the guide shows is these files: `npm run test:docs` compares.
import { check, install, run } from './tools.js';

const ON_NODE_24 = ['-y', '-p', 'node@24'];
const CHROMIUM = { CHROMIUM_PATH: process.env.CHROMIUM_PATH ?? '/usr/bin/chromium', CI: 'true' };

export async function jestApp(tarball: string): Promise<void> {
  const app = install('jest', tarball, []);
  run(app, 'npm', ['test', '--', '--ci']);
  check(true, "the tests of Jest's app pass on this Node");
  run(app, 'npx', [...ON_NODE_24, 'npm', 'test', '--', '--ci']);
  check(true, 'and on Node 24');
  run(app, 'npx', [...ON_NODE_24, 'npm', 'install', '--no-audit', '--no-fund', '--silent', 'msw@latest']);
  run(app, 'npx', [...ON_NODE_24, 'npm', 'test', '--', '--ci']);
  check(true, 'and there with the newest msw');
}

export async function vitestApp(tarball: string): Promise<void> {
  const app = install('vitest', tarball, []);
  run(app, 'npx', ['msw', 'init', 'public', '--no-save']);
  run(app, 'npx', ['tsc', '-p', '.']);
  check(true, 'tests and the set-up have their types where only src is looked at, as in a new Vite app');
  run(app, 'npm', ['test'], CHROMIUM);
  check(true, "the tests of Vitest's app pass on this Node: node, happy-dom and Chromium");
  const newest = ['vitest', '@vitest/browser-playwright', 'msw'].map((name) => `${name}@latest`);
  run(app, 'npx', [...ON_NODE_24, 'npm', 'install', '--no-audit', '--no-fund', '--silent', ...newest]);
  run(app, 'npx', [...ON_NODE_24, 'msw', 'init', 'public', '--no-save']);
  run(app, 'npx', [...ON_NODE_24, 'npm', 'test'], CHROMIUM);
  check(true, 'and on Node 24 with the newest Vitest and msw');
}
