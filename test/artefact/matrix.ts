// Compiles the packed declarations as apps do: old and new compilers, each way to resolve modules, with and without the
// types of a page, nothing skipped. All of it: npm run test:declarations. A row of it is part of npm run test:artefact
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

/** The oldest that is supported, each that followed, and the newest. */
const COMPILERS = ['5.4', '5.5', '5.6', '5.7', '5.8', '5.9', '6', 'latest'];
const OLDEST_AND_NEWEST = ['5.4', 'latest'];

const RESOLUTIONS = { bundler: 'esnext', node16: 'node16', nodenext: 'nodenext' } as const;
type Resolution = keyof typeof RESOLUTIONS;

interface Row {
  readonly compiler: string;
  readonly resolution: Resolution;
  readonly hasDom: boolean;
}

const EVERYWHERE = `
import { fetchTokenProvider, StreamVideo, StreamVideoError, User, type StreamVideoEvent } from 'stream-video-auth';
import { createTokenHandler, createUserToken } from 'stream-video-auth/server';
import { emulatorHandlers, startEmulator } from 'stream-video-auth/emulator';
import { StreamVideoProvider, useCreateStreamVideo } from 'stream-video-auth/react';
declare const maybe: string | undefined;
export const handle = createTokenHandler({ apiSecret: maybe, authenticate: () => ({ userId: 'martin' }) });
export async function main(): Promise<string> {
  const options = { apiKey: 'k', baseUrl: maybe, token: maybe, tokenProvider: fetchTokenProvider('/token') };
  const streamVideo = new StreamVideo({ ...options, user: { id: 'martin', name: maybe } });
  const guest = await StreamVideo.create({ apiKey: 'k', user: User.guest('g') });
  streamVideo.on('call.ring', (event: StreamVideoEvent<'call.ring'>) => event.call_cid.toUpperCase());
  await streamVideo.call('default', '1').join({ create: true });
  const emulator = await startEmulator();
  void emulatorHandlers({ apiKey: maybe });
  void createUserToken({ apiSecret: emulator.apiSecret, userId: guest.user.id });
  try {
    return await streamVideo.auth.getToken();
  } catch (error) {
    if (error instanceof StreamVideoError && error.code === 'unauthorized') return error.remediation;
    throw error;
  }
}
export const useApp = () => useCreateStreamVideo({ apiKey: 'k', user: { id: 'm' }, token: maybe, tokenProvider: () => '' }).client;
export { StreamVideoProvider };
// @ts-expect-error a user with neither token nor provider: the types are there, and no any.
new StreamVideo({ apiKey: 'k', user: { id: 'martin' } });
`;

const IN_A_PAGE = `
import { devtoolsPlugin, mountDevtools } from 'stream-video-auth/devtools';
import type { StreamVideo } from 'stream-video-auth';
export function show(client: StreamVideo): void {
  mountDevtools(document.body, client, { theme: 'dark' }).destroy();
  devtoolsPlugin([client]).render(document.body, 'light');
  document.createElement('stream-video-auth-devtools').clients = [client];
}
`;

/** Installs the tarball and these compilers into an empty folder. */
export function installCompilers(folder: string, tarball: string, compilers: readonly string[]): void {
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ type: 'module', private: true }));
  const aliases = compilers.map((version) => `${nameOf(version)}@npm:typescript@${version}`);
  const others = ['@types/node@20', 'react@19', '@types/react@19'];
  const quiet = ['--no-audit', '--no-fund', '--silent', '--omit=peer'];
  execFileSync('npm', ['install', ...quiet, tarball, ...others, ...aliases], { cwd: folder });
  writeFileSync(join(folder, 'everywhere.ts'), EVERYWHERE);
  writeFileSync(join(folder, 'page.ts'), IN_A_PAGE);
}

const nameOf = (compiler: string) => `typescript-${compiler.replace('.', '-')}`;

/** What the compiler has to say; undefined when nothing. */
export function complaintOf(folder: string, { compiler, resolution, hasDom }: Row): string | undefined {
  const compilerOptions = {
    target: 'es2022',
    lib: ['es2022', ...(hasDom ? ['dom', 'dom.iterable'] : [])],
    module: RESOLUTIONS[resolution],
    moduleResolution: resolution,
    types: hasDom ? [] : ['node'],
    strict: true,
    noEmit: true,
    skipLibCheck: false,
    exactOptionalPropertyTypes: true,
    isolatedModules: true,
  };
  const files = hasDom ? ['everywhere.ts', 'page.ts'] : ['everywhere.ts'];
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, files }));
  try {
    const tsc = join(folder, 'node_modules', nameOf(compiler), 'bin/tsc');
    execFileSync(process.execPath, [tsc, '-p', '.'], { cwd: folder, encoding: 'utf8', stdio: 'pipe' });
    return undefined;
  } catch (error) {
    return String((error as { stdout?: string }).stdout || error);
  }
}

function rowsOf(compilers: readonly string[]): Row[] {
  return compilers.flatMap((compiler) =>
    (Object.keys(RESOLUTIONS) as Resolution[]).flatMap((resolution) =>
      [true, false].map((hasDom) => ({ compiler, resolution, hasDom })),
    ),
  );
}

/** The row of each change: the oldest compiler and the newest, in a page and without one. */
export const SHORT_ROWS: readonly Row[] = OLDEST_AND_NEWEST.flatMap((compiler) => [
  { compiler, resolution: 'bundler', hasDom: true },
  { compiler, resolution: 'nodenext', hasDom: false },
]);

export function titleOf({ compiler, resolution, hasDom }: Row): string {
  return `TypeScript ${compiler}, ${resolution}, ${hasDom ? 'with the types of a page' : 'with those of Node'}`;
}

function main(folder: string): void {
  const root = new URL('../..', import.meta.url).pathname;
  const options = { cwd: root, encoding: 'utf8' } as const;
  const printed = execFileSync('npm', ['pack', '--silent', '--pack-destination', folder], options);
  const apps = join(folder, 'app');
  mkdirSync(apps);
  installCompilers(apps, join(folder, printed.trim().split('\n').at(-1) ?? ''), COMPILERS);
  const rows = rowsOf(COMPILERS);
  const failed = rows.filter((row) => {
    const complaint = complaintOf(apps, row);
    console.log(
      `${complaint === undefined ? 'ok ' : 'NOT'} ${titleOf(row)}${complaint ? `\n${complaint}` : ''}`,
    );
    return complaint !== undefined;
  });
  console.log(`Declarations: ${rows.length - failed.length} passed, ${failed.length} failed`);
  if (failed.length > 0) process.exitCode = 1;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const folder = mkdtempSync(join(tmpdir(), 'stream-video-auth-types-'));
  try {
    main(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
