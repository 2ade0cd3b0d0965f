// Checks what would be published: the packed file list, what the declarations declare, the doors installed in an
// empty folder, and what must not be in a browser's bundle. Packs, and so builds, by itself: npm run test:artefact
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import { internalNames } from '../../internal-names.js';
import { readDeclarations } from './declarations.js';
import { readForbidden } from './forbidden.js';
import { complaintOf, installCompilers, SHORT_ROWS, titleOf } from './matrix.js';
import { readPacked } from './packed.js';
import { playIn } from './portable/stages.js';
import { APP, WITH_HOOKS } from './react-app.js';
import { readMaterials } from './sbom.js';
import { SETTINGS, TYPED, tsconfig } from './typed.js';

const root = new URL('../..', import.meta.url).pathname;
const folder = mkdtempSync(join(tmpdir(), 'stream-video-auth-'));
let passed = 0;

function run(command: string, args: string[], cwd = folder): string {
  return execFileSync(command, args, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] });
}

function check(isSo: boolean, what: string): void {
  if (!isSo) throw new Error(`not so: ${what}`);
  passed += 1;
  console.log(`ok  ${what}`);
}

/** What the React door may add to an app that has React and the client, minified and gzipped. */
const REACT_BYTES = 1536;

/** Each would break a page under a strict policy, or a runtime without Node's globals. */
const FORBIDDEN = [
  /\beval\(/,
  /\bFunction\(/,
  /\brequire\(/,
  /["']ws["']/,
  /node:/,
  /\bprocess\./,
  /\bglobal\./,
  /\bBuffer\b/,
  /\binnerHTML\b/,
  /CompactSign|SignJWT|apiSecret/,
];

const SMOKE = `
import { StreamVideo, User, VERSION } from 'stream-video-auth';
import { createUserToken, verifyToken } from 'stream-video-auth/server';
import { startEmulator } from 'stream-video-auth/emulator';
const emulator = await startEmulator();
const token = await createUserToken({ apiSecret: emulator.apiSecret, userId: 'martin' });
await verifyToken(token, { apiSecret: emulator.apiSecret });
const streamVideo = new StreamVideo({ apiKey: emulator.apiKey, baseUrl: emulator.url, user: { id: 'martin' }, token });
const me = await streamVideo.connect();
const guest = await StreamVideo.create({ apiKey: emulator.apiKey, baseUrl: emulator.url, user: User.guest('g') });
await guest.connect();
await Promise.all([guest.disconnect(), streamVideo.disconnect()]);
await emulator.stop();
console.log(me.id, VERSION);
`;

/** A page rendered on a server, with the client that the other doors know. */
const REACT = `
import { createElement } from 'react';
import { renderToString } from 'react-dom/server';
import { StreamVideoError, User } from 'stream-video-auth';
import { StreamVideoError as same, StreamVideoProvider, useAuthState, useCreateStreamVideo } from 'stream-video-auth/react';
const State = () => useAuthState().status;
function App() {
  const { client } = useCreateStreamVideo({ apiKey: 'k', user: User.guest('martin') });
  return createElement(StreamVideoProvider, { client }, createElement(State));
}
console.log(renderToString(createElement(App)), StreamVideoError === same);
`;

/** Stands in for React Native: an app whose state a test can change. */
const REACT_NATIVE = `
export const listeners = new Set();
export const AppState = {
  addEventListener(_type, listener) {
    listeners.add(listener);
    return { remove: () => listeners.delete(listener) };
  },
};
`;

const NATIVE = `
import { StreamVideo } from 'stream-video-auth';
import { listeners } from 'react-native';
const token = (exp) => ['x', JSON.stringify({ user_id: 'martin', exp }), 'x'].map((part) => Buffer.from(part).toString('base64url')).join('.');
let asked = 0;
const now = Date.now() / 1000;
const streamVideo = new StreamVideo({
  apiKey: 'k', user: { id: 'martin' }, token: token(now + 60), logger: 'silent',
  tokenProvider: () => { asked += 1; return token(now + 7200); },
});
await streamVideo.auth.getToken();
const watching = listeners.size;
const { now: wall } = Date;
Date.now = () => wall() + 3_000_000;
for (const listener of [...listeners]) listener();
await streamVideo.disconnect();
console.log(watching, asked, listeners.size);
`;

/** The size of an app with this source in it. */
async function gzipped(source: string): Promise<number> {
  const { outputFiles } = await build({
    stdin: { contents: source, resolveDir: folder },
    bundle: true,
    minify: true,
    write: false,
    format: 'esm',
    platform: 'browser',
    legalComments: 'none',
    define: { 'process.env.NODE_ENV': '"production"' },
  });
  return gzipSync(outputFiles[0]?.contents ?? '', { level: 9 }).length;
}

async function main(): Promise<void> {
  // As in a fresh clone: what is packed is built for it.
  rmSync(join(root, 'dist'), { recursive: true, force: true });
  const filename =
    run('npm', ['pack', '--silent', '--pack-destination', folder], root).trim().split('\n').at(-1) ?? '';
  const { files, unexpected, deadLinks, foreignSources } = readPacked(root, join(folder, filename));
  const none = (odd: readonly string[], what: string) =>
    check(odd.length === 0, `${what} (${odd.join(', ') || 'none else'})`);
  none(unexpected, `the tarball holds exactly its ${files.length} files`);
  none(deadLinks, 'its pages link to what it holds');
  none(foreignSources, 'its source maps hold sources of this package');

  for (const { door, bytes, exported, strangers, outdated } of readDeclarations(join(root, 'dist'))) {
    const odd = [...strangers, ...outdated.map((name) => `not ${name}`)].join(', ');
    check(
      odd === '',
      `${door}.d.ts declares its ${exported.length} exports and no internals, in ${bytes} bytes (${odd || 'clean'})`,
    );
  }

  for (const { door, found } of readForbidden(join(root, 'dist')))
    none(found, `${door}.js holds none of what it must not`);

  const tarball = join(folder, filename);
  const { names, missing, unusual } = readMaterials(root, tarball);
  none(missing, `reports/sbom.json lists the ${names.length} packages that an app gets`);
  none(unusual, 'whose licences ask for no more than to be named');

  const typed = join(folder, 'typed');
  mkdirSync(typed);
  installCompilers(typed, tarball, [...new Set(SHORT_ROWS.map(({ compiler }) => compiler))]);
  for (const row of SHORT_ROWS) {
    const complaint = complaintOf(typed, row);
    check(
      complaint === undefined,
      `the declarations compile: ${titleOf(row)}${complaint ? `\n${complaint}` : ''}`,
    );
  }

  const declared: string = readFileSync(join(root, 'dist/index.d.ts'), 'utf8');
  const words = new Set(declared.match(/[A-Za-z_$][\w$]*/g));
  const shortened = internalNames.filter((name) => words.has(name));
  none(shortened, `index.d.ts declares none of the ${internalNames.length} names that the build shortens`);

  const { version, engines } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ type: 'module', private: true }));
  run('npm', [
    'install',
    '--no-audit',
    '--no-fund',
    '--omit=peer',
    join(folder, filename),
    'typescript@5.9',
    '@types/node@20',
    'react@19',
    'react-dom@19',
    '@types/react@19',
  ]);
  writeFileSync(join(folder, 'smoke.mjs'), SMOKE);
  check(
    run('node', ['smoke.mjs']).trim() === `martin ${version}`,
    'installed in an empty folder, all doors work',
  );
  run('npx', ['-y', '-p', 'node@24', 'node', 'smoke.mjs']);
  check(true, 'and on Node 24');
  writeFileSync(join(folder, 'react.mjs'), REACT);
  check(run('node', ['react.mjs']).trim() === 'signed_out true', 'the React door renders on a server');
  const shipped = (file: string) =>
    readFileSync(join(folder, 'node_modules/stream-video-auth/dist', file), 'utf8');
  check(/^(['"])use client\1;/.test(shipped('react.js')), "the React door's first statement is 'use client'");
  const others = files.filter((file: string) => /^dist\/.*\.js$/.test(file) && file !== 'dist/react.js');
  const marked = others.filter((file: string) => /^\s*['"]use client/m.test(shipped(file.slice(5))));
  check(marked.length === 0, 'and no other door says so');
  check(
    /from ["']stream-video-auth["']/.test(shipped('react.js')) && !shipped('react.js').includes('WebSocket'),
    'the React door imports the client and holds no second copy of it',
  );
  const oldest = ['-y', '-p', `node@${engines.node.replace('>=', '')}.0`, 'node'];
  run('npx', [...oldest, 'smoke.mjs']);
  check(true, `and on the oldest Node that engines names: ${engines.node}`);
  for (const door of ['', '/server', '/emulator', '/react', '/devtools']) {
    const type = run('npx', [...oldest, '-p', `typeof require('stream-video-auth${door}')`]);
    check(type.trim() === 'object', `there require reaches stream-video-auth${door}`);
  }

  // Each night in all the others: runtimes.ts.
  const failures = await playIn(['Node 20', 'Chromium'], folder);
  check(failures === 0, 'the portable suite passes on Node 20 and in Chromium');

  writeFileSync(join(folder, 'typed.ts'), TYPED);
  for (const [name, options] of Object.entries(SETTINGS)) {
    writeFileSync(join(folder, 'tsconfig.json'), tsconfig(options));
    run('npx', ['tsc', '-p', '.']);
    check(true, `the declarations compile with ${name}`);
  }

  writeFileSync(
    join(folder, 'app.js'),
    "import { StreamVideo } from 'stream-video-auth'; globalThis.made = StreamVideo;",
  );
  const { outputFiles, warnings } = await build({
    absWorkingDir: folder,
    entryPoints: ['app.js'],
    bundle: true,
    write: false,
    format: 'esm',
    platform: 'browser',
    legalComments: 'none',
  });
  const bundle = outputFiles[0]?.text ?? '';
  check(warnings.length === 0 && bundle.length > 10_000, 'a browser bundle is made without a warning');
  const found = FORBIDDEN.filter((pattern) => pattern.test(bundle));
  check(
    found.length === 0,
    `the browser bundle holds none of what it must not (${found.join(' ') || 'clean'})`,
  );
  const addedBytes = (await gzipped(APP + WITH_HOOKS)) - (await gzipped(APP));
  check(addedBytes < REACT_BYTES, `the React door adds ${addedBytes} bytes to an app`);
  const tools = shipped('devtools.js');
  check(
    !/createPolicy|innerHTML\s*=\s*["'`]/.test(tools) && !/\beval\(|\bFunction\(/.test(tools),
    'the devtools ask for no Trusted Types policy, and evaluate nothing',
  );
  mkdirSync(join(folder, 'node_modules/react-native'), { recursive: true });
  writeFileSync(
    join(folder, 'node_modules/react-native/package.json'),
    '{"type":"module","exports":"./index.js"}',
  );
  writeFileSync(join(folder, 'node_modules/react-native/index.js'), REACT_NATIVE);
  writeFileSync(join(folder, 'native.mjs'), NATIVE);
  const woken = run('node', ['--conditions=react-native', 'native.mjs']).trim();
  check(
    woken === '1 1 0',
    `on React Native the app's return wakes the client, until it disconnects (${woken})`,
  );
  console.log(`Artefact: ${passed} passed, 0 failed`);
}

await main().finally(() => rmSync(folder, { recursive: true, force: true }));
