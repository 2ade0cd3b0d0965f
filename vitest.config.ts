import { configDefaults, defineConfig } from 'vitest/config';
import { DOORS } from './test/support/aliases.js';

/**
 * In virtual time; what speaks to a real server is named `*.wire.test.ts`. The two share no process: a connection that
 * is kept open has timers of its own, and sets them by the clock that it finds.
 */
const VIRTUAL = [
  'test/client/**/!(*.wire).test.ts',
  'test/{vectors,model,field-reports,bench/fleet}/**/*.test.ts',
  'test/server/handler-limits.test.ts',
  'test/devtools/watch.test.ts',
];

/**
 * These look at what a module finds when it is loaded: a runtime without a WebSocket, a patched one. Or at what is
 * collected: in a heap of their own that is quick.
 */
const FRESH_MODULES = [
  'test/client/call/memory.test.ts',
  'test/field-reports/runtimes.test.ts',
  'test/emulator/msw/handlers-sockets.test.ts',
  'test/runtimes/react-native.test.ts',
];

/** They need a page. */
const DEVTOOLS = ['test/devtools/**/*.page.test.ts'];

/** They need a build and a browser, and have a command of their own each. */
const IN_BROWSERS = ['test/{browser,media,page,web}/**'];

/** Apps of their own, which `npm run test:apps` installs the package in. */
const APPS = ['test/apps/**'];

const REACT = ['test/react/**/*.test.{ts,tsx}'];

export default defineConfig({
  resolve: { alias: DOORS },
  test: {
    projects: [
      // Without isolation each module is loaded once: nothing is left from file to file, and each test checks it.
      {
        extends: true,
        test: {
          name: 'virtual',
          include: VIRTUAL,
          exclude: [...configDefaults.exclude, ...FRESH_MODULES],
          isolate: false,
        },
      },
      { extends: true, test: { name: 'fresh-modules', include: FRESH_MODULES } },
      {
        extends: true,
        test: {
          name: 'wire',
          include: ['test/**/*.test.ts'],
          setupFiles: ['test/support/real-time-only.ts'],
          isolate: false,
          exclude: [
            ...configDefaults.exclude,
            ...IN_BROWSERS,
            ...APPS,
            ...DEVTOOLS,
            ...REACT,
            ...VIRTUAL,
            ...FRESH_MODULES,
          ],
          typecheck: {
            enabled: true,
            include: ['test/types/**/*.test-d.ts'],
            tsconfig: 'test/types/tsconfig.json',
          },
        },
      },
      {
        extends: true,
        test: { name: 'devtools', include: DEVTOOLS, isolate: false, environment: 'happy-dom' },
      },
      {
        extends: true,
        test: {
          name: 'react',
          include: REACT,
          isolate: false,
          environment: 'happy-dom',
          provide: { reactMajor: '19' },
        },
      },
      {
        extends: true,
        resolve: { alias: [{ find: /^(react|react-dom)(?=\/|$)/, replacement: '$1-18' }] },
        test: {
          name: 'react-18',
          include: REACT,
          isolate: false,
          // <Activity> came with React 19.2; what is compiled and linted is the same.
          exclude: [...configDefaults.exclude, 'test/react/{activity,compiler}.test.{ts,tsx}'],
          environment: 'happy-dom',
          provide: { reactMajor: '18' },
          setupFiles: ['test/react/support/require-react-18.ts'],
        },
      },
    ],
    setupFiles: ['test/support/nothing-left.ts'],
    testTimeout: 20_000,
    // More than cores: much of a test with a real server is waiting.
    maxWorkers: 3,
  },
});
